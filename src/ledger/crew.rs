//! A few threads that work on pieces, while one leads: it gives pieces away, goes through what comes back in the order
//! that it needs, and works on a piece itself rather than wait.
//!
//! What is judged one after another (the rules) leads; what each piece needs for itself (reading entries, checking
//! signatures) is given away. Of each weight, pieces are begun in the order in which they were given. The lead works on
//! light ones, so that it is soon back; the others begin with the heavy ones.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Threads that the leading one can keep busy: judging an entry takes about a third of what checking it takes. More would
/// only hold more of the ledger in memory.
const MOST_THREADS: usize = 8;

/// The pieces of one undertaking: `J` is what is to be done, `R` what comes of it, `N` its name.
pub(super) struct Crew<'a, N, J, R> {
    work: &'a (dyn Fn(J) -> R + Sync),
    board: Mutex<Board<N, J, R>>,
    changed: Condvar,
}

/// How long a piece takes, compared with what the lead does meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Soon done.
    Light,
    /// The lead works on it only when it has nothing else to do.
    Heavy,
}

struct Board<N, J, R> {
    light: VecDeque<(N, J)>,
    heavy: VecDeque<(N, J)>,
    done: BTreeMap<N, R>,
    ended: bool,
    /// A thread of the crew panicked: what it worked on never comes.
    broken: bool,
}

/// As many as a crew has use for here.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS)
}

/// Lets `lead` lead a crew of `threads`, itself with them, in which each piece is worked on by `work`.
pub(super) fn led<N, J, R, T>(
    threads: usize,
    work: &(dyn Fn(J) -> R + Sync),
    lead: impl FnOnce(&Crew<'_, N, J, R>) -> T,
) -> T
where
    N: Ord + Send,
    J: Send,
    R: Send,
{
    let board =
        Board { light: VecDeque::new(), heavy: VecDeque::new(), done: BTreeMap::new(), ended: false, broken: false };
    let crew = Crew { work, board: Mutex::new(board), changed: Condvar::new() };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Whom the system gives no thread leads a smaller crew: the lead does what nobody else does.
            let _ = thread::Builder::new().spawn_scoped(scope, || crew.follow());
        }
        let _ends = Ending(&crew);
        lead(&crew)
    })
}

/// Sends the threads home, also when the lead panics.
struct Ending<'c, 'a, N, J, R>(&'c Crew<'a, N, J, R>);

impl<N, J, R> Drop for Ending<'_, '_, N, J, R> {
    fn drop(&mut self) {
        self.0.board().ended = true;
        self.0.changed.notify_all();
    }
}

/// Tells the lead when a piece was dropped by a panic.
struct Holding<'c, 'a, N, J, R>(&'c Crew<'a, N, J, R>);

impl<N, J, R> Drop for Holding<'_, '_, N, J, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.board().broken = true;
            self.0.changed.notify_all();
        }
    }
}

impl<N, J, R> Crew<'_, N, J, R> {
    /// Nothing is half done under the lock, so that a panic elsewhere leaves the board as it should be.
    fn board(&self) -> MutexGuard<'_, Board<N, J, R>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, board: MutexGuard<'g, Board<N, J, R>>) -> MutexGuard<'g, Board<N, J, R>> {
        self.changed.wait(board).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N: Ord, J, R> Crew<'_, N, J, R> {
    /// Gives a piece away.
    pub(super) fn give(&self, weight: Weight, name: N, job: J) {
        let mut board = self.board();
        match weight {
            Weight::Light => board.light.push_back((name, job)),
            Weight::Heavy => board.heavy.push_back((name, job)),
        }
        drop(board);
        self.changed.notify_all();
    }

    /// How many heavy pieces nobody has begun.
    pub(super) fn heavy_waiting(&self) -> usize {
        self.board().heavy.len()
    }

    /// What came of a piece, if it is done.
    pub(super) fn done(&self, name: &N) -> Option<R> {
        self.board().done.remove(name)
    }

    /// Works on one heavy piece, if one waits.
    pub(super) fn help(&self) {
        let next = self.board().heavy.pop_front();
        if let Some((name, job)) = next {
            self.work_on(name, job);
        }
    }

    /// What came of a piece of this weight that was given; works on pieces that are no heavier meanwhile.
    ///
    /// # Panics
    /// If a thread of the crew has panicked.
    pub(super) fn take(&self, weight: Weight, name: &N) -> R {
        let mut board = self.board();
        loop {
            if let Some(result) = board.done.remove(name) {
                return result;
            }
            assert!(!board.broken, "a thread that read or checked entries has panicked");
            let light = board.light.pop_front();
            match light.or_else(|| if weight == Weight::Heavy { board.heavy.pop_front() } else { None }) {
                Some((name, job)) => {
                    drop(board);
                    self.work_on(name, job);
                    board = self.board();
                }
                None => board = self.wait(board),
            }
        }
    }

    fn work_on(&self, name: N, job: J) {
        let holding = Holding(self);
        let result = (self.work)(job);
        drop(holding);
        self.board().done.insert(name, result);
        self.changed.notify_all();
    }

    fn follow(&self) {
        let mut board = self.board();
        while !board.ended {
            let heavy = board.heavy.pop_front();
            match heavy.or_else(|| board.light.pop_front()) {
                Some((name, job)) => {
                    drop(board);
                    self.work_on(name, job);
                    board = self.board();
                }
                None => board = self.wait(board),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Weight, led};

    fn weight(n: u64) -> Weight {
        if n.is_multiple_of(3) { Weight::Heavy } else { Weight::Light }
    }

    #[test]
    fn what_is_given_comes_back_by_its_name() {
        for threads in [1, 2, 5] {
            let sum = led(threads, &|n: u64| n * n, |crew| {
                (0..100).for_each(|n| crew.give(weight(n), n, n));
                (0..100).rev().map(|n| crew.take(weight(n), &n)).sum::<u64>()
            });
            assert_eq!(sum, (0..100).map(|n| n * n).sum::<u64>(), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_reaches_the_lead() {
        let led = || {
            led(3, &|n: u64| assert!(n != 7, "seven"), |crew| {
                (0..10).for_each(|n| crew.give(weight(n), n, n));
                (0..10).for_each(|n| crew.take(weight(n), &n));
            });
        };
        assert!(std::panic::catch_unwind(led).is_err());
    }

    #[test]
    fn a_lead_that_stops_early_leaves_nobody_waiting() {
        let done = led(4, &|n: u64| n, |crew| {
            (0..1000).for_each(|n| crew.give(weight(n), n, n));
            crew.help();
            crew.take(weight(4), &4) + crew.done(&4).unwrap_or(0)
        });
        assert_eq!(done, 4);
    }
}
