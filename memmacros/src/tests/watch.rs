//! Owns the snapshots of `watch!`.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

use expect_test::expect;

use super::shown;
use crate::entry;

fn expression(source: &str) -> String {
    let tokens = entry::watch(source.parse().unwrap());
    shown(quote::quote!(const X: () = #tokens;))
}

#[test]
fn a_loop() {
    expect![[r#"
        const X: () = {
            let mut memmacros_watch = {
                crate::mm::__private::site! {
                    crate ::mm::__private, static __MEMMACROS_SITE : crate ::mm::__private::Site
                    = crate ::mm::__private::Site::new(crate ::mm::__private::Kind::Loop, "for",
                    ::core::module_path!(), ::core::file!(), ::core::line!(), crate
                    ::mm::__private::Options::new().limit_bytes(1000000000u64).action(crate
                    ::mm::__private::Action::Warn))
                }
                crate::mm::__private::watch_loop(&__MEMMACROS_SITE)
            };
            #[allow(x)]
            for x in y {
                if memmacros_watch.tick() {
                    memmacros_watch.check_warn(crate::mm::__private::site_limit);
                }
                g(x);
            }
        };
    "#]]
    .assert_eq(&expression(
        r#"@crate(crate::mm) #[memory_watched(limit = "1GB")] #[allow(x)] for x in y { g(x); }"#,
    ));
}

#[test]
fn a_loop_as_a_value_that_awaits() {
    expect![[r#"
        const X: () = {
            let mut memmacros_watch = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Loop,
                    "'a", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Warn))
                }
                rt::watch_loop_async(&__MEMMACROS_SITE)
            };
            'a: loop {
                if memmacros_watch.tick() {
                    memmacros_watch.check_warn(rt::site_limit);
                }
                g().await;
                break 'a 3;
            }
        };
    "#]]
    .assert_eq(&expression(r"'a: loop { g().await; break 'a 3 }"));
}

#[test]
fn a_closure() {
    expect![[r#"
        const X: () = |x: u32| {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Closure,
                    "closure", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Warn))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_warn(rt::site_limit);
            }
            x * 2
        };
    "#]]
    .assert_eq(&expression(r"|x: u32| x * 2"));
}

#[test]
fn a_closure_with_an_error() {
    expect![[r#"
        const X: () = move |x| -> Result<u8, E> {
            let memmacros_guard = {
                ::mm::__private::site! {
                    ::mm::__private, static __MEMMACROS_SITE : ::mm::__private::Site =
                    ::mm::__private::Site::new(::mm::__private::Kind::Closure, "x",
                    ::core::module_path!(), ::core::file!(), ::core::line!(),
                    ::mm::__private::Options::new().limit_dynamic()
                    .action(::mm::__private::Action::Error).action_written())
                }
                ::mm::__private::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                if let ::core::option::Option::Some(memmacros_exceeded) = memmacros_guard
                    .check_error(|_| ::mm::__private::into_limit(n))
                {
                    return ::mm::__private::LimitReturn::exceeded(memmacros_exceeded);
                }
            }
            g(x)?;
            Ok(3)
        };
    "#]]
    .assert_eq(&expression(
        r#"@crate(::mm) #[memory_watched(on_exceed = error, limit = n, name = "x")] move |x| -> Result<u8, E> { g(x)?; Ok(3) }"#,
    ));
}

#[test]
fn a_closure_that_returns_a_future() {
    expect![[r#"
        const X: () = |x| {
            async move {
                let memmacros_site = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Future,
                        "closure", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Warn))
                    }
                    &__MEMMACROS_SITE
                };
                let memmacros_future = rt::watch_future_warn(
                    memmacros_site,
                    rt::SiteLimit,
                    async move { g(x).await },
                );
                memmacros_future.await
            }
        };
    "#]]
    .assert_eq(&expression(r"|x| async move { g(x).await }"));
}

#[test]
fn an_async_closure() {
    expect![[r#"
        const X: () = async move |x: &str| -> usize {
            let memmacros_site = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Future,
                    "closure", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Warn))
                }
                &__MEMMACROS_SITE
            };
            let memmacros_future = rt::watch_future_warn(
                memmacros_site,
                rt::SiteLimit,
                async {
                    if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<
                        usize,
                    > {
                        return memmacros_never;
                    }
                    g(x).await
                },
            );
            memmacros_future.await
        };
    "#]].assert_eq(&expression(r"async move |x: &str| -> usize { g(x).await }"));
}
