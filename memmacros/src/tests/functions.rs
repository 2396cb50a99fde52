//! Owns the snapshots of functions that are not async.
//! Called by `cargo test`; `UPDATE_EXPECT=1 cargo test -p memmacros` writes what is there now.
//! Never hides a token but the runtime's path, which is `rt` here.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test chooses the hashes of what it writes"
)]

use expect_test::expect;

use super::expanded;

#[test]
fn bare() {
    expect![[r#"
        fn import(rows: &[u8]) -> u32 {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "import", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            rows.len() as u32
        }
    "#]]
    .assert_eq(&expanded(r"#[memory_watched] fn import(rows: &[u8]) -> u32 { rows.len() as u32 }"));
}

#[test]
fn that_returns_a_result() {
    expect![[r#"
        pub fn import(&self) -> Result<u32, E> {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "import", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().limit_bytes(200000000u64)
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
            let n = self.read()?;
            Ok(n)
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(limit = "200MB")] pub fn import(&self) -> Result<u32, E> { let n = self.read()?; Ok(n) }"#,
    ));
}

#[test]
fn with_every_option() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "x", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().limit_percent(80f64)
                    .growth_bytes(10000000u64).every_nanos(10000000u64)
                    .action(rt::Action::Handler).action_written()
                    .checkpoints())
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard
                    .check_handler(rt::site_limit, crate::shed);
            }
            rt::finish_handler(
                memmacros_guard,
                rt::call(move || -> () {}),
                crate::shed,
            )
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(limit = "80%", growth = "10MB", on_exceed = crate::shed, every = "10ms", name = "x", checkpoints)] fn f() {}"#,
    ));
}

#[test]
fn that_warns_with_a_limit_of_its_own() {
    expect![[r#"
        fn f(n: u32) {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().limit_dynamic()
                    .every_count(64u32).action(rt::Action::Warn)
                    .action_written())
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard
                    .check_warn(|_| rt::into_limit(max(n)));
            }
        }
    "#]]
    .assert_eq(&expanded(
        r"#[memory_watched(limit = max(n), on_exceed = warn, every = 64)] fn f(n: u32) {}",
    ));
}

#[test]
fn with_growth_and_a_result() {
    expect![[r#"
        fn f<T>(t: T) -> Result<impl Iterator<Item = T>, E> {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().growth_bytes(10000000u64)
                    .action(rt::Action::Error).count_errors())
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
            let memmacros_result = rt::call(move || -> Result<_, E> {
                g(t)
            });
            rt::tally_error(&memmacros_guard, &memmacros_result);
            rt::finish_error(memmacros_guard, memmacros_result)
        }
    "#]]
    .assert_eq(&expanded(
        r#"#[memory_watched(growth = "10MB", count_errors)] fn f<T>(t: T) -> Result<impl Iterator<Item = T>, E> { g(t) }"#,
    ));
}

#[test]
fn with_growth_and_nothing_returned() {
    expect![[r#"
        fn f() {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().growth_bytes(10000000u64)
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            rt::finish_panic(
                memmacros_guard,
                rt::call(move || -> () {
                    g();
                }),
            )
        }
    "#]]
    .assert_eq(&expanded(r#"#[memory_watched(growth = "10MB")] fn f() { g(); }"#));
}

#[test]
fn with_growth_that_keeps_its_caller() {
    expect![[r##"
        #[track_caller]
        fn f() -> u32 {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().growth_bytes(10000000u64)
                    .action(rt::Action::Warn).action_written())
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_warn(rt::site_limit);
            }
            g()
        }
    "##]]
    .assert_eq(&expanded(
        r#"#[memory_watched(growth = "10MB", on_exceed = warn)] #[track_caller] fn f() -> u32 { g() }"#,
    ));
}

#[test]
fn that_never_returns() {
    expect![[r#"
        fn f() -> ! {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new().growth_bytes(10000000u64)
                    .action(rt::Action::Panic))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(rt::site_limit);
            }
            loop {}
        }
    "#]]
    .assert_eq(&expanded(r#"#[memory_watched(growth = "10MB")] fn f() -> ! { loop {} }"#));
}

#[test]
fn with_items_first() {
    expect![[r#"
        fn f() {
            #![allow(x)]
            use a::b;
            fn g() {}
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
            b();
        }
    "#]]
    .assert_eq(&expanded(r"#[memory_watched] fn f() { #![allow(x)] use a::b; fn g() {} b(); }"));
}

#[test]
fn with_a_foreign_abi() {
    expect![[r##"
        #[no_mangle]
        pub unsafe extern "C" fn f(x: i32) -> i32 {
            let memmacros_guard = {
                rt::site! {
                    rt, static __MEMMACROS_SITE :
                    rt::Site =
                    rt::Site::new(rt::Kind::Function,
                    "f", ::core::module_path!(), ::core::file!(), ::core::line!(),
                    rt::Options::new()
                    .action(rt::Action::Warn))
                }
                rt::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_warn(rt::site_limit);
            }
            x
        }
    "##]]
    .assert_eq(&expanded(
        r#"#[memory_watched] #[no_mangle] pub unsafe extern "C" fn f(x: i32) -> i32 { x }"#,
    ));
}

#[test]
fn with_a_raw_name_and_another_path() {
    expect![[r#"
        fn r#type() {
            let memmacros_guard = {
                crate::mm::__private::site! {
                    crate ::mm::__private, static __MEMMACROS_SITE : crate ::mm::__private::Site
                    = crate ::mm::__private::Site::new(crate ::mm::__private::Kind::Function,
                    "type", ::core::module_path!(), ::core::file!(), ::core::line!(), crate
                    ::mm::__private::Options::new().action(crate ::mm::__private::Action::Panic))
                }
                crate::mm::__private::enter(&__MEMMACROS_SITE)
            };
            if memmacros_guard.due() {
                memmacros_guard.check_panic(crate::mm::__private::site_limit);
            }
        }
    "#]]
    .assert_eq(&expanded(r"#[memory_watched(crate = crate::mm)] fn r#type() {}"));
}
