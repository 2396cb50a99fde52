//! Owns the snapshot of loops inside macro calls.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

use expect_test::expect;

use super::expanded;

#[test]
fn inside_macro_calls() {
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
                    select! {
                        x = y => { { let mut memmacros_watch = {
                        rt::site! { rt,
                        static __MEMMACROS_SITE : rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/for", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Error)) }
                        rt::watch_loop_async(& __MEMMACROS_SITE) };
                        for a in b { if memmacros_watch.tick() { if let
                        ::core::option::Option::Some(memmacros_exceeded) = memmacros_watch
                        .check_error(rt::site_limit) { return
                        rt::LimitReturn::exceeded(memmacros_exceeded);
                        } } } } } z = async move { { let mut memmacros_watch = {
                        rt::site! { rt,
                        static __MEMMACROS_SITE : rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/loop", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Warn)) }
                        rt::watch_loop_async(& __MEMMACROS_SITE) };
                        loop { if memmacros_watch.tick() { memmacros_watch
                        .check_warn(rt::site_limit); } } } } => {}
                    }
                    vec![
                        { let mut memmacros_watch = { rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/loop", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Error)) }
                        rt::watch_loop_async(& __MEMMACROS_SITE) };
                        loop { if memmacros_watch.tick() { if let
                        ::core::option::Option::Some(memmacros_exceeded) = memmacros_watch
                        .check_error(rt::site_limit) { return
                        rt::LimitReturn::exceeded(memmacros_exceeded);
                        } } break 3 } } + 1, 2
                    ];
                    watch! {
                        #[memory_watched] loop {}
                    }
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
        r"#[memory_watched] async fn f() -> Result<u8, E> { select! { x = y => { #[memory_watched] for a in b {} } z = async move { #[memory_watched] loop {} } => {} } vec![#[memory_watched] loop { break 3 } + 1, 2]; watch! { #[memory_watched] loop {} } }",
    ));
}
