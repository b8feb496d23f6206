//! Progress bars for long work; none when nobody looks at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error that says what is being done.
pub fn bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg} [{bar:32}] {human_pos}/{human_len} {per_sec} {eta}");
    // The template is ours and a test runs it.
    bar.set_style(style.expect("a valid template").progress_chars("=> "));
    bar.set_message(what.to_owned());
    bar
}

/// What long work in the other rooms is given to tell how far it is: done, of how many.
pub fn told(bar: &ProgressBar) -> impl Fn(u64, u64) + '_ {
    |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    }
}
