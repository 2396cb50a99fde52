//! Owns the snapshots of impl blocks, traits and modules.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

use expect_test::expect;

use super::expanded;

#[test]
fn an_impl() {
    expect![[r#"
        impl<T> Importer<T> {
            const X: u8 = 3;
            const fn c() {}
            pub fn a(&self) -> Result<u8, E> {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "Importer::a", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().limit_bytes(1000000000u64)
                        .action(rt::Action::Warn))
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    memmacros_guard.check_warn(rt::site_limit);
                }
                {
                    let mut memmacros_watch = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Loop,
                            "Importer::a/loop", ::core::module_path!(), ::core::file!(),
                            ::core::line!(), rt::Options::new()
                            .limit_bytes(1000000000u64)
                            .action(rt::Action::Warn))
                        }
                        rt::watch_loop(&__MEMMACROS_SITE)
                    };
                    loop {
                        if memmacros_watch.tick() {
                            memmacros_watch
                                .check_warn(rt::site_limit);
                        }
                    }
                }
            }
            fn b(&self) -> Result<u8, E> {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "Importer::b", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().limit_bytes(2000000000u64)
                        .action(rt::Action::Error).action_written())
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    if let ::core::option::Option::Some(memmacros_exceeded) = memmacros_guard
                        .check_error(rt::site_limit)
                    {
                        return rt::LimitReturn::exceeded(
                            memmacros_exceeded,
                        );
                    }
                }
                g()
            }
            fn s() {
                {
                    let mut memmacros_watch = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Loop,
                            "Importer::s/loop", ::core::module_path!(), ::core::file!(),
                            ::core::line!(), rt::Options::new()
                            .action(rt::Action::Warn))
                        }
                        rt::watch_loop(&__MEMMACROS_SITE)
                    };
                    loop {
                        if memmacros_watch.tick() {
                            memmacros_watch
                                .check_warn(rt::site_limit);
                        }
                    }
                }
            }
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(limit = "1GB")] impl<T> Importer<T> { const X: u8 = 3; const fn c() {} pub fn a(&self) -> Result<u8, E> { #[memory_watched] loop {} } #[memory_watched(on_exceed = error, limit = "2GB")] fn b(&self) -> Result<u8, E> { g() } #[memory_watched(skip)] fn s() { #[memory_watched] loop {} } }"#,
    ));
}

#[test]
fn an_impl_that_says_what_follows() {
    expect![[r#"
        impl Job for &mut Importer {
            async fn a(&self) -> u8 {
                let memmacros_site = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Future,
                        "Imp::a", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().growth_bytes(1000000u64)
                        .action(rt::Action::Panic).action_written())
                    }
                    &__MEMMACROS_SITE
                };
                let memmacros_future = rt::watch_future_panic(
                    memmacros_site,
                    rt::SiteLimit,
                    async move {
                        if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                            u8,
                        > {
                            return memmacros_never;
                        }
                        3
                    },
                );
                memmacros_future.await
            }
            fn b(&self) -> u8 {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "Imp::b", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().growth_bytes(1000000u64)
                        .action(rt::Action::Panic).action_written())
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    memmacros_guard.check_panic(rt::site_limit);
                }
                rt::finish_panic(
                    memmacros_guard,
                    rt::call(move || -> u8 { 3 }),
                )
            }
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(on_exceed = panic, name = "Imp", growth = "1MB")] impl Job for &mut Importer { async fn a(&self) -> u8 { 3 } fn b(&self) -> u8 { 3 } }"#,
    ));
}

#[test]
fn a_drop() {
    expect![[r#"
        impl Drop for Importer {
            fn drop(&mut self) {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "Importer::drop", ::core::module_path!(), ::core::file!(),
                        ::core::line!(), rt::Options::new()
                        .action(rt::Action::Warn))
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    memmacros_guard.check_warn(rt::site_limit);
                }
                g();
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] impl Drop for Importer { fn drop(&mut self) { g(); } }",
    ));
}

#[test]
fn a_trait() {
    expect![[r#"
        trait Job {
            fn a(&self);
            fn b(&self) -> Result<u8, E> {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "Job::b", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Warn))
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    memmacros_guard.check_warn(rt::site_limit);
                }
                self.a();
                Ok(3)
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] trait Job { fn a(&self); fn b(&self) -> Result<u8, E> { self.a(); Ok(3) } }",
    ));
}

#[test]
fn a_module() {
    expect![[r#"
        mod m {
            use a::b;
            fn f() {
                let memmacros_guard = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Function,
                        "m::f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Warn).action_written())
                    }
                    rt::enter(&__MEMMACROS_SITE)
                };
                if memmacros_guard.due() {
                    memmacros_guard.check_warn(rt::site_limit);
                }
            }
            impl S {
                fn g() {
                    let memmacros_guard = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Function,
                            "S::g", ::core::module_path!(), ::core::file!(), ::core::line!(),
                            rt::Options::new()
                            .action(rt::Action::Warn)
                            .action_written())
                        }
                        rt::enter(&__MEMMACROS_SITE)
                    };
                    if memmacros_guard.due() {
                        memmacros_guard.check_warn(rt::site_limit);
                    }
                }
            }
            mod n {
                fn h() {
                    let memmacros_guard = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Function,
                            "Inner::h", ::core::module_path!(), ::core::file!(), ::core::line!(),
                            rt::Options::new()
                            .action(rt::Action::Warn)
                            .action_written())
                        }
                        rt::enter(&__MEMMACROS_SITE)
                    };
                    if memmacros_guard.due() {
                        memmacros_guard.check_warn(rt::site_limit);
                    }
                }
            }
            mod s {
                fn i() {}
            }
            mod elsewhere;
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(on_exceed = warn)] mod m { use a::b; fn f() {} impl S { fn g() {} } #[memory_watched(name = "Inner")] mod n { fn h() {} } #[memory_watched(skip)] mod s { fn i() {} } mod elsewhere; }"#,
    ));
}

#[test]
fn functions_in_modules_are_told_apart() {
    let shown = expanded(
        r#"#[memory_watched(name = "Outer")] mod m { fn new() {} mod a { fn new() {} mod b { #[memory_watched] fn new() { #[memory_watched] loop {} } } } impl S { fn new() {} } mod r#type { fn new() {} } }"#,
    );
    for name in ["Outer::new", "a::new", "b::new", "b::new/loop", "S::new", "type::new"] {
        assert!(shown.contains(&format!("\"{name}\"")), "{name}: {shown}");
    }
}
