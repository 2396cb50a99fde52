//! Owns the snapshots of async functions and of those that return a future.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

use expect_test::expect;

use super::expanded;

#[test]
fn bare() {
    expect![[r#"
        async fn f(x: &str) -> &str {
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_panic(
                memmacros_site,
                rt::SiteLimit,
                async move {
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        &str,
                    > {
                        return memmacros_never;
                    }
                    g().await;
                    x
                },
            );
            memmacros_future.await
        }
    "#]].assert_eq(&expanded(
        r"#[memory_watched] async fn f(x: &str) -> &str { g().await; x }",
    ));
}

#[test]
fn that_returns_a_result() {
    expect![[r#"
        async fn f(n: u64) -> Result<impl Iterator, E> {
            if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None {
                return rt::LimitReturn::exceeded(memmacros_never);
            }
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().limit_dynamic()
                    .action(rt::Action::Error))
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_error(
                memmacros_site,
                rt::into_limit(n),
                async move {
                    use a::b;
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        Result<_, E>,
                    > {
                        return memmacros_never;
                    }
                    b()?;
                    Ok(g().await)
                },
            );
            match memmacros_future.await {
                ::core::result::Result::Ok(memmacros_value) => memmacros_value,
                ::core::result::Result::Err(memmacros_exceeded) => {
                    rt::LimitReturn::exceeded(memmacros_exceeded)
                }
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched(limit = n)] async fn f(n: u64) -> Result<impl Iterator, E> { use a::b; b()?; Ok(g().await) }",
    ));
}

#[test]
fn that_counts_its_errors() {
    expect![[r#"
        async fn f() -> Result<u8, E> {
            if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None {
                return rt::LimitReturn::exceeded(memmacros_never);
            }
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Error).count_errors())
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_error(
                memmacros_site,
                rt::SiteLimit,
                async move {
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        Result<u8, E>,
                    > {
                        return memmacros_never;
                    }
                    g().await
                },
            );
            match memmacros_future.await {
                ::core::result::Result::Ok(memmacros_value) => {
                    rt::tally_error_at(
                        memmacros_site,
                        &memmacros_value,
                    );
                    memmacros_value
                }
                ::core::result::Result::Err(memmacros_exceeded) => {
                    rt::LimitReturn::exceeded(memmacros_exceeded)
                }
            }
        }
    "#]].assert_eq(&expanded(
        r"#[memory_watched(count_errors)] async fn f() -> Result<u8, E> { g().await }",
    ));
}

#[test]
fn that_counts_its_errors_and_warns() {
    expect![[r#"
        async fn f() -> Result<u8, E> {
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Warn).action_written()
                    .count_errors())
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_warn(
                memmacros_site,
                rt::SiteLimit,
                async move {
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        Result<u8, E>,
                    > {
                        return memmacros_never;
                    }
                    g().await
                },
            );
            let memmacros_value = memmacros_future.await;
            rt::tally_error_at(memmacros_site, &memmacros_value);
            memmacros_value
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched(count_errors, on_exceed = warn)] async fn f() -> Result<u8, E> { g().await }",
    ));
}

#[test]
fn with_a_handler_and_nothing_returned() {
    expect![[r#"
        async fn f() {
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().growth_bytes(1000000u64)
                    .action(rt::Action::Handler).action_written())
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_handler(
                memmacros_site,
                rt::SiteLimit,
                shed,
                async move {
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        (),
                    > {
                        return memmacros_never;
                    }
                    g().await;
                },
            );
            memmacros_future.await
        }
    "#]].assert_eq(&expanded(
        r#"#[memory_watched(on_exceed = shed, growth = "1MB")] async fn f() { g().await; }"#,
    ));
}

#[test]
fn that_never_returns() {
    expect![[r#"
        async fn f() -> ! {
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_panic(
                memmacros_site,
                rt::SiteLimit,
                async move {
                    loop {
                        g().await
                    }
                },
            );
            memmacros_future.await
        }
    "#]]
    .assert_eq(&expanded(r"#[memory_watched] async fn f() -> ! { loop { g().await } }"));
}

#[test]
fn boxed_by_async_trait() {
    expect![[r#"
        fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<u8, E>> + Send + 'a>> {
            Box::pin(async move {
                if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None {
                    return rt::LimitReturn::exceeded(
                        memmacros_never,
                    );
                }
                let memmacros_site = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Future,
                        "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Error))
                    }
                    &__MEMMACROS_SITE
                };
                let memmacros_future = rt::watch_future_error(
                    memmacros_site,
                    rt::SiteLimit,
                    async move {
                        if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                            Result<u8, E>,
                        > {
                            return memmacros_never;
                        }
                        let r = {
                            {
                                let mut memmacros_watch = {
                                    rt::site! {
                                        rt, static __MEMMACROS_SITE :
                                        rt::Site =
                                        rt::Site::new(rt::Kind::Loop,
                                        "f/for", ::core::module_path!(), ::core::file!(),
                                        ::core::line!(),
                                        rt::Options::new()
                                        .action(rt::Action::Error))
                                    }
                                    rt::watch_loop_async(
                                        &__MEMMACROS_SITE,
                                    )
                                };
                                for x in y {
                                    if memmacros_watch.tick() {
                                        if let ::core::option::Option::Some(memmacros_exceeded) = memmacros_watch
                                            .check_error(rt::site_limit)
                                        {
                                            return rt::LimitReturn::exceeded(
                                                memmacros_exceeded,
                                            );
                                        }
                                    }
                                }
                            }
                            3
                        };
                        r
                    },
                );
                match memmacros_future.await {
                    ::core::result::Result::Ok(memmacros_value) => memmacros_value,
                    ::core::result::Result::Err(memmacros_exceeded) => {
                        rt::LimitReturn::exceeded(memmacros_exceeded)
                    }
                }
            })
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<u8, E>> + Send + 'a>> { Box::pin(async move { let r = { #[memory_watched] for x in y {} 3 }; r }) }",
    ));
}

#[test]
fn that_is_a_plain_function() {
    expect![[r#"
        fn f() -> impl Future<Output = u8> {
            before();
            async {
                let memmacros_site = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Future,
                        "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Panic))
                    }
                    &__MEMMACROS_SITE
                };
                let memmacros_future = rt::watch_future_panic(
                    memmacros_site,
                    rt::SiteLimit,
                    async {
                        if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                            u8,
                        > {
                            return memmacros_never;
                        }
                        g().await
                    },
                );
                memmacros_future.await
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] fn f() -> impl Future<Output = u8> { before(); async { g().await } }",
    ));
}
