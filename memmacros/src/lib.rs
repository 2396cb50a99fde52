// Owns the entry points and their documentation.
// Called by rustc.
// Never holds logic: `entry` does.

//! The macros of [memmacros-runtime](https://docs.rs/memmacros-runtime): watch the memory of
//! functions and loops, with limits.
//!
//! **Depend on `memmacros-runtime`**, which re-exports all of them. What they expand to calls
//! `::memmacros_runtime`, so this crate alone does not compile into anything
//! (rustc says ``cannot find `memmacros_runtime` in the crate root``). Both side by side work too. Where
//! the runtime is renamed in `Cargo.toml`, which gives the same error, see [`crate`](macro@memory_watched#crate).

mod body;
mod entry;
mod errors;
mod fallback;
mod inert;
mod literals;
mod macro_args;
mod memory_watched;
mod options;
mod place;
mod returns;
mod runtime_path;
mod site;
mod target;
#[cfg(test)]
mod tests;
mod watch;
mod watched_loop;
mod words;

use proc_macro::TokenStream;

/// Watches the memory of a function, of the loops in it, or of every function in an `impl`, trait or module.
///
/// ```
/// use memmacros_runtime::memory_watched;
///
/// #[memory_watched(limit = "64GB")]
/// fn import(rows: &[String]) -> Result<usize, std::io::Error> {
///     let mut bytes = 0;
///     #[memory_watched]
///     for row in rows {
///         bytes += row.len();
///     }
///     Ok(bytes)
/// }
///
/// assert_eq!(import(&["a".to_owned()])?, 1);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// The process's resident memory is compared with the limit when the function is called and, in a watched loop,
/// while it runs. Above the limit, `import` returns an error. Every use is a *site*: it shows up in
/// `memmacros_runtime::summary()` with its calls and the growth that it caused, whether it ever ran or not.
///
/// # Options
/// All may be left out, in any order: [`limit`](#limit), [`growth`](#growth), [`on_exceed`](#on_exceed),
/// [`every`](#every), [`name`](#name), [`checkpoints`](#checkpoints), [`count_errors`](#count_errors),
/// [`crate`](#crate), [`skip`](#skip).
///
/// ## `limit`
/// How much may be resident. Equal passes, above does not.
/// Default: that of the function, for a loop; else the global one (`memmacros_runtime::set_memory_limit`, or 200 MiB,
/// which only warns as long as nobody has set it).
///
/// | form | meaning |
/// |---|---|
/// | `limit = "200MB"` | 200 000 000 bytes; `"200MiB"` and `"200Mi"` are 209 715 200; checked when the program is built |
/// | `limit = 200_000_000` | the same in bytes |
/// | `limit = "80%"` | of the least limit on the process; over 0, up to 100 |
/// | `limit = expression` | anything that is `IntoLimit`; evaluated at each check, in an async function once at the call |
///
/// The limit is looked at when the call begins, before its first statement; in an async function at each poll, in a
/// watched loop at each turn, as often as [`every`](#every) says. A call (no async one) that begins below its limit and
/// ends beyond it has a result, which stands: it is told once, as `warning, after the call`, whatever the action is.
/// Where the limit is an expression or the action a handler, the next call tells it.
///
/// The least limit on the process is that of its cgroups up to the root, its rlimits, the machine's RAM, and
/// `memmacros_runtime::set_maximum_memory`. While shares are asked for, it is re-read at least twice a second, so a
/// limit that is changed meanwhile holds soon.
///
/// An expression is not handed on to the loops inside, where its names may mean something else: write it there too.
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// #[memory_watched(limit = budget * 1_000_000)]
/// fn work(budget: u64) {
///     // ..
/// }
/// # work(64_000);
/// ```
///
/// ## `growth`
/// How much resident memory may be added from the entry to the end of the call, or to any check of a loop or future.
/// A size in quotes or a number of bytes; no `%`. Default: not looked at. It costs one more reading per call.
///
/// For now it is the growth of the whole process, in which other threads have their part (that of the call's own
/// allocations is planned). So it **only warns unless `on_exceed` is written**, here or on what is around. What a loop's
/// last turn adds only warns in any case, as the loop has ended.
///
/// The result of a function is judged before it goes out, so the body becomes a closure that is called once; with
/// `#[track_caller]`, which that would break, it can only warn or panic.
///
/// ```
/// # use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
/// #[memory_watched(growth = "10GB", on_exceed = error)]
/// fn load(text: &str) -> Result<Vec<u8>, MemoryLimitExceeded> {
///     Ok(text.as_bytes().to_vec())
/// }
/// # assert!(load("x").is_ok());
/// ```
///
/// ## `on_exceed`
/// What follows when a limit is passed. Reported once per crossing, not once per check.
///
/// | form | meaning |
/// |---|---|
/// | `on_exceed = error` | return the error: a `Result` whose error is `From<MemoryLimitExceeded>`, or an `Option` |
/// | `on_exceed = panic` | panic; refused where a panic cannot leave: any ABI but Rust's, and `drop` |
/// | `on_exceed = warn` | say so through the sink, and go on |
/// | `on_exceed = crate::shed` | call this `fn(&MemoryLimitExceeded)`, and go on |
///
/// A handler's name works alone too, but for names that look like a mistyped word, such as `handler` or `log`: write
/// `self::handler`.
///
/// | place | default |
/// |---|---|
/// | a function with the attribute that returns `..Result<..>` | `error` |
/// | any other function with the attribute | `panic`; `warn` where that is refused |
/// | a function reached through an `impl`, trait or module | `warn` |
/// | a loop | as its function, the handler too |
/// | a loop in a closure or an async block | `warn`; or what its function *says*, but for `error` |
///
/// A `growth` that is passed follows an action that is written, and else only warns.
///
/// The macro sees names, not types: an alias of `Result` by another name (`type Outcome<T> = Result<T, Error>`) counts
/// as none, so that the function panics by default. Write `on_exceed = error` there, and for an `Option`.
/// While the thread unwinds, every action is `warn`.
///
/// ```
/// # use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
/// fn shed(exceeded: &MemoryLimitExceeded) {
///     eprintln!("dropping the cache: {exceeded}");
/// }
///
/// #[memory_watched(limit = "64GB", on_exceed = shed)]
/// fn serve() {
///     // ..
/// }
/// # serve();
/// ```
///
/// ## `every`
/// How often to look. Default: the adaptive gate, which looks at the first call or turn and then about every half
/// millisecond of work.
///
/// | form | meaning |
/// |---|---|
/// | `every = 1` | at each call, poll or turn: exact, about a microsecond each |
/// | `every = 64` | at each 64th |
/// | `every = "10ms"` | when that much time has passed (`ns`, `us`, `ms`, `s`) |
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// #[memory_watched(every = 1)]
/// fn rare_and_large() {
///     // ..
/// }
/// # rare_and_large();
/// ```
///
/// ## `name`
/// How the site is called. Default: the function's name; reached through an `impl`, a trait or a module, with the name
/// of that in front (`Importer::run`, `parsing::run`), the nearest one only. A loop adds `/for`, `/while`, `/loop` or
/// its label (`import/'rows`). On an `impl`, trait or module it takes the place of what stands before `::`.
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// #[memory_watched(name = "nightly import")]
/// fn import() {
///     // ..
/// }
/// # import();
/// ```
///
/// ## `checkpoints`
/// A row at the entry and one at the exit, as `mem_checkpoint!` shows them. Rows belong to the call,
/// not to the checks: `every` does not thin them out. Default: none.
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// #[memory_watched(checkpoints)]
/// fn build_index() {
///     // ..
/// }
/// # build_index();
/// ```
///
/// ## `count_errors`
/// Counts the function's own `Err`s too, not only those that a limit caused. The return type must be written as a
/// `Result`. Default: not counted. Not for loops and closures.
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// #[memory_watched(count_errors, on_exceed = warn)]
/// fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
/// # assert!(parse("x").is_err());
/// ```
///
/// ## `crate`
/// Where the runtime is, as an absolute path. Default: `::memmacros_runtime`. Where `Cargo.toml` gives the dependency
/// another name (`mm = { package = "memmacros-runtime", .. }`), rustc says
/// ``cannot find `memmacros_runtime` in the crate root``. Then write, once in the root of the crate,
/// ```text
/// extern crate mm as memmacros_runtime;
/// ```
/// or the path on each attribute; the loops inside take it from their function. A facade that re-exports the runtime
/// uses `crate = $crate::path` in its macros.
///
/// ```
/// # // Stands in for the name in Cargo.toml.
/// # extern crate memmacros_runtime as mm;
/// #
///
/// #[mm::memory_watched(crate = ::mm)]
/// fn import() {
///     // ..
/// }
/// # import();
/// ```
///
/// ## `skip`
/// Leaves out a function of a watched `impl`, trait or module, or an `impl`, trait or module inside a watched module.
/// Stands alone.
///
/// ```
/// # use memmacros_runtime::memory_watched;
/// struct Importer;
///
/// #[memory_watched(on_exceed = panic)]
/// impl Importer {
///     fn run(&self) {
///         // ..
///     }
///
///     #[memory_watched(skip)]
///     fn is_empty(&self) -> bool {
///         true
///     }
/// }
/// # Importer.run();
/// # assert!(Importer.is_empty());
/// ```
///
/// # Applies to
/// - `fn`, `async fn`, methods, methods of traits and of their impls, generic ones, those that return `impl Trait`,
///   `unsafe` and `extern` ones; functions that return `Box::pin(async move { .. })` or `async move { .. }`
///   (so that it may stand on either side of `async_trait`) are watched at each poll, as async ones are.
/// - `impl` blocks, traits (their default bodies) and modules written inline: every function in them. One that has
///   the attribute itself is annotated directly, and takes what it does not say from the one around. `const fn`,
///   which cannot be watched, and `mod other_file;` are left out silently.
/// - `for`, `while`, `while let` and `loop` inside a function that has the attribute: labelled, nested, as values, in
///   closures, in async blocks, and in the arguments of macro calls such as `tokio::select!`. Options there:
///   all but `skip` and `count_errors`. `#[cfg_attr(condition, memory_watched)]` works on them.
///   Where no function can be annotated, use [`watch!`].
///
/// # Expands to
/// A guard before the body, which stays as it is: borrows, `?`, `return` and spans too.
/// ```text
/// fn import(rows: &[Row]) -> Result<u32, Error> {
///     let guard = { static SITE: Site = Site::new(..); enter(&SITE) };   // its Drop is the end of the call
///     if guard.due() && let Some(exceeded) = guard.check_error(site_limit) {
///         return LimitReturn::exceeded(exceeded);
///     }
///     // the statements of the function
/// }
/// ```
/// An async body becomes one future that looks at each poll. A watched loop gets the same check at the top of its body.
///
/// # Compile errors
/// Unknown, repeated, conflicting or malformed options; `const fn`; functions without a body; `mod x;`; items in which
/// nothing runs; anything in `impl GlobalAlloc`; an action that cannot follow in its place. All of one attribute are
/// shown in one build, each at its own token and with a way out. A returned error type that is not
/// `From<MemoryLimitExceeded>` is underlined in the signature.
///
/// On a loop without the attribute on its function, rustc first says that attributes on expressions are experimental;
/// the third error is ours and says what to write.
///
/// # Panics
/// The function panics where a limit is passed and the action is `panic`, with the message of `MemoryLimitExceeded`,
/// and never while unwinding. Nothing else here does.
///
/// The panic's location is the line of the outermost attribute, also for a loop inside; for an `async fn` it is in
/// memmacros-runtime, where the future is polled. The message has the place itself: the line of the function's name or
/// of the loop's keyword.
///
/// # Cost
/// With the default gate about 2 ns per call, 2 ns per poll and 0.2 ns per turn of a long loop (some 90 ns for a loop of
/// three); a reading, when one is due, is about a microsecond. Switched off by `MEMMACROS=off` it is a relaxed load and
/// a branch, 0.5 to 0.8 ns a call, by `--cfg memmacros_off` nothing.
/// The bench `watch` of memmacros-runtime measures it.
#[proc_macro_attribute]
pub fn memory_watched(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::memory_watched(arguments.into(), item.into()).into()
}

/// Watches one loop or closure where no function can be annotated: in `macro_rules!` bodies, in code of others'.
///
/// ```
/// use memmacros_runtime::watch;
///
/// let mut sum = 0;
/// watch! {
///     #[memory_watched(limit = "64GB", name = "sums")]
///     for x in 0..10 {
///         sum += x;
///     }
/// }
/// assert_eq!(sum, 45);
///
/// let double = watch!(|x: u32| x * 2);
/// assert_eq!(double(4), 8);
/// ```
///
/// # Forms
/// | form | watched |
/// |---|---|
/// | `watch! { for x in xs { .. } }`, `while`, `loop`, labelled or not | the loop; its value is the macro's |
/// | <code>watch!(\|x\| ..)</code>, `move` too | each call |
/// | <code>watch!(\|x\| async move { .. })</code>, <code>watch!(async \|x\| ..)</code> | each poll of what the call gives |
///
/// A loop counts as async where `.await` is found in it. Annotated loops inside are watched as well.
///
/// # Options
/// `#[memory_watched(..)]` in front takes those of [`memory_watched`](macro@memory_watched#options), but for `skip` and
/// `count_errors`, and for closures with `growth` only `on_exceed = warn` or `panic`.
/// It **only warns unless `on_exceed` is written**: nobody knows what the code around returns. With `error` the check
/// returns from the function around a loop, or from the closure. Default names are `for`, `while`, `loop`, the label, or `closure`.
///
/// # Expands to
/// A block with the loop, or the closure with the check inside; see [`memory_watched`](macro@memory_watched#expands-to).
///
/// # Compile errors
/// Anything but one loop or one closure, and the mistakes in options.
///
/// # Panics
/// Where a limit is passed and `on_exceed = panic` is written. The location is the line of `watch!`.
///
/// # Cost
/// That of [`memory_watched`](macro@memory_watched#cost).
#[proc_macro]
pub fn watch(input: TokenStream) -> TokenStream {
    entry::watch(input.into()).into()
}
