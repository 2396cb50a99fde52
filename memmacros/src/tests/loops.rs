//! Owns the snapshots of loops, which take what they need from their function.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

use expect_test::expect;

use super::expanded;

#[test]
fn in_a_function_that_returns_a_result() {
    expect![[r#"
        fn f() -> Result<u8, E> {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().limit_bytes(1000000000u64)
                    .action(rt::Action::Error))
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
            {
                let mut memmacros_watch = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/for", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().limit_bytes(1000000000u64)
                        .action(rt::Action::Error))
                    }
                    rt::watch_loop(&__MEMMACROS_SITE)
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
                    g(x)?;
                }
            }
            Ok(3)
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(limit = "1GB")] fn f() -> Result<u8, E> { #[memory_watched] for x in y { g(x)?; } Ok(3) }"#,
    ));
}

#[test]
fn labelled_nested_and_as_a_value() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            let v = {
                let mut memmacros_watch = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "outer", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Panic))
                    }
                    rt::watch_loop(&__MEMMACROS_SITE)
                };
                'a: loop {
                    if memmacros_watch.tick() {
                        memmacros_watch.check_panic(rt::site_limit);
                    }
                    {
                        let mut memmacros_watch = {
                            rt::site! {
                                rt, static __MEMMACROS_SITE :
                                rt::Site =
                                rt::Site::new(rt::Kind::Loop,
                                "f/while", ::core::module_path!(), ::core::file!(),
                                ::core::line!(), rt::Options::new()
                                .every_count(1u32)
                                .action(rt::Action::Panic))
                            }
                            rt::watch_loop(&__MEMMACROS_SITE)
                        };
                        while let Some(x) = y.pop() {
                            if memmacros_watch.tick() {
                                memmacros_watch
                                    .check_panic(rt::site_limit);
                            }
                            break 'a x;
                        }
                    }
                }
            };
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched] fn f() { let v = #[memory_watched(name = "outer")] 'a: loop { #[memory_watched(every = 1)] while let Some(x) = y.pop() { break 'a x; } }; }"#,
    ));
}

#[test]
fn with_other_attributes() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            #[allow(x)] #[cfg(y)]
            {
                let mut memmacros_watch = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/for", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new()
                        .action(rt::Action::Panic))
                    }
                    rt::watch_loop(&__MEMMACROS_SITE)
                };
                for x in y {
                    #![allow(z)]
                    const A: u8 = 3;
                    if memmacros_watch.tick() {
                        memmacros_watch.check_panic(rt::site_limit);
                    }
                    g();
                }
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] fn f() { #[allow(x)] #[memory_watched] #[cfg(y)] for x in y { #![allow(z)] const A: u8 = 3; g(); } }",
    ));
}

#[test]
fn under_a_condition() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            #[cfg_attr(feature = "p", allow(x))]
            {
                let mut memmacros_watch = {
                    rt::site! {
                        rt, static __MEMMACROS_SITE :
                        rt::Site =
                        rt::Site::new(rt::Kind::Loop,
                        "f/for", ::core::module_path!(), ::core::file!(), ::core::line!(),
                        rt::Options::new().every_count(1u32)
                        .action(rt::Action::Panic))
                    }
                    rt::watch_loop(&__MEMMACROS_SITE)
                };
                for x in y {
                    if ::core::cfg!(feature = "p") && memmacros_watch.tick() {
                        memmacros_watch.check_panic(rt::site_limit);
                    }
                }
            }
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched] fn f() { #[cfg_attr(feature = "p", memory_watched(every = 1), allow(x))] for x in y {} }"#,
    ));
}

#[test]
fn in_closures_and_async_blocks() {
    expect![[r#"
        fn f() -> Result<u8, E> {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Error))
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
            let a = |x| {
                {
                    let mut memmacros_watch = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Loop,
                            "f/loop", ::core::module_path!(), ::core::file!(), ::core::line!(),
                            rt::Options::new()
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
            };
            let b = async {
                {
                    let mut memmacros_watch = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Loop,
                            "f/loop", ::core::module_path!(), ::core::file!(), ::core::line!(),
                            rt::Options::new()
                            .action(rt::Action::Error)
                            .action_written())
                        }
                        rt::watch_loop_async(&__MEMMACROS_SITE)
                    };
                    loop {
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
            };
            Ok(3)
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched] fn f() -> Result<u8, E> { let a = |x| { #[memory_watched] loop {} }; let b = async { #[memory_watched(on_exceed = error)] loop {} }; Ok(3) }",
    ));
}

#[test]
fn in_closures_of_a_function_that_says_what_follows() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Handler).action_written())
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_handler(rt::site_limit, shed);
            }
            let a = |x| {
                {
                    let mut memmacros_watch = {
                        rt::site! {
                            rt, static __MEMMACROS_SITE :
                            rt::Site =
                            rt::Site::new(rt::Kind::Loop,
                            "f/loop", ::core::module_path!(), ::core::file!(), ::core::line!(),
                            rt::Options::new()
                            .action(rt::Action::Handler)
                            .action_written())
                        }
                        rt::watch_loop(&__MEMMACROS_SITE)
                    };
                    loop {
                        if memmacros_watch.tick() {
                            memmacros_watch
                                .check_handler(rt::site_limit, shed);
                        }
                    }
                }
            };
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched(on_exceed = shed)] fn f() { let a = |x| { #[memory_watched] loop {} }; }",
    ));
}

#[test]
fn in_nested_functions() {
    expect![[r#"
        fn f() {
            fn g() -> Result<u8, E> {
                {
                    let mut memmacros_watch = {
                        ::mm::__private::site! {
                            ::mm::__private, static __MEMMACROS_SITE : ::mm::__private::Site =
                            ::mm::__private::Site::new(::mm::__private::Kind::Loop, "g/loop",
                            ::core::module_path!(), ::core::file!(), ::core::line!(),
                            ::mm::__private::Options::new()
                            .action(::mm::__private::Action::Error))
                        }
                        ::mm::__private::watch_loop(&__MEMMACROS_SITE)
                    };
                    loop {
                        if memmacros_watch.tick() {
                            if let ::core::option::Option::Some(memmacros_exceeded) = memmacros_watch
                                .check_error(::mm::__private::site_limit)
                            {
                                return ::mm::__private::LimitReturn::exceeded(
                                    memmacros_exceeded,
                                );
                            }
                        }
                    }
                }
            }
            #[memory_watched]
            fn h() {
                #[memory_watched] loop {}
            }
            let memmacros_guard = {
                ::mm::__private::site! {
                    ::mm::__private, static __MEMMACROS_SITE : ::mm::__private::Site =
                    ::mm::__private::Site::new(::mm::__private::Kind::Function, "f",
                    ::core::module_path!(), ::core::file!(), ::core::line!(),
                    ::mm::__private::Options::new().limit_bytes(1000000000u64)
                    .action(::mm::__private::Action::Panic))
                }
                ::mm::__private::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(::mm::__private::site_limit);
            }
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(crate = ::mm, limit = "1GB")] fn f() { fn g() -> Result<u8, E> { #[memory_watched] loop {} } #[memory_watched] fn h() { #[memory_watched] loop {} } }"#,
    ));
}
