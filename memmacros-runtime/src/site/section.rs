//! Owns the linker section in which every annotation stands, also one that never runs.
//! Called by `list`, and by generated code through `__private::site!`.
//! Never assumes an order: it differs between builds.

use super::Site;

cfg_select! {
    all(
        not(memmacros_off),
        not(memmacros_plain_sites),
        any(
            target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios",
            target_os = "windows", target_os = "freebsd", target_os = "openbsd", target_os = "illumos",
        ),
    ) => {
        #[expect(unsafe_code, reason = "linkme names a linker section, which the compiler counts as unsafe")]
        mod slice {
            use super::Site;
            use crate::site::threads::UNATTRIBUTED;

            /// All sites that the linker found. The name carries the version: the section
            /// is named after it, and two versions of this crate in one program must not
            /// share one.
            #[linkme::distributed_slice]
            pub static MEMMACROS_RUNTIME_0_1_SITES: [&'static Site];

            /// One linker fails on an empty slice, so there is always one element.
            #[linkme::distributed_slice(MEMMACROS_RUNTIME_0_1_SITES)]
            static SENTINEL: &'static Site = &UNATTRIBUTED;
        }

        use slice::MEMMACROS_RUNTIME_0_1_SITES;

        /// What `site!` names.
        pub mod listing {
            pub use super::slice::MEMMACROS_RUNTIME_0_1_SITES;
            pub use linkme;
        }

        pub(super) fn sites() -> impl Iterator<Item = &'static Site> {
            let listed = MEMMACROS_RUNTIME_0_1_SITES.iter().copied();
            listed.filter(|&site| !std::ptr::eq(site, &raw const super::threads::UNATTRIBUTED))
        }

        /// Declares a site and lists it.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __memmacros_site {
            ($private:path, static $name:ident : $kind:ty = $site:expr) => {
                static $name: $kind = {
                    use $private as __private;
                    #[__private::listing::linkme::distributed_slice(__private::listing::MEMMACROS_RUNTIME_0_1_SITES)]
                    #[linkme(crate = __private::listing::linkme)]
                    static LISTED: &__private::Site = &$name;
                    $site
                };
            };
        }
    }
    _ => {
        /// `site!` names nothing here.
        pub mod listing {}

        pub(super) fn sites() -> impl Iterator<Item = &'static Site> {
            std::iter::empty()
        }

        /// Declares a site; it is listed once it has run.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __memmacros_site {
            ($private:path, static $name:ident : $kind:ty = $site:expr) => {
                static $name: $kind = $site;
            };
        }
    }
}

pub use __memmacros_site as site;
