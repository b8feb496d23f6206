//! Ledger, witnesses, monitor and readers on hosts of their own, over a network that loses, delays and cuts: nobody is
//! alarmed without cause, what waited for a quorum is published once it is back, and every fork is caught.
//!
//! `HIBAH_APART=1 cargo test --test it apart -- --nocapture` as root, with iproute2, ethtool and Python; it prints what it
//! measured.

mod net;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hibah::ledger::cosigned::{AlarmKind, Cosigned};
use hibah::ledger::statement::Statement;
use hibah::ledger::store::Access;
use hibah::network::witness::store::{Evidence, Store};
use hibah::tlog::checkpoint::SignedCheckpoint;
use hibah::tlog::hash::sha256;
use hibah::tlog::note::VerifierKey;
use hibah::tlog::policy::Policy;
use hibah::tlog::proof::TlogProof;

use self::net::{Net, address};
use super::cli_shell::{ORIGIN, PASSPHRASE, Shell};
use super::cosigned::{alarms, await_that, get, shown, write_policy};
use super::disk::statement;
use super::left_out::left_out;
use super::public_town::Heard;

const LEDGER: usize = 1;
const WITNESSES: [usize; 3] = [2, 3, 4];
const MONITOR: usize = 5;
const LIAR: usize = 6;
const CLERK: usize = 7;
/// Of the frames of each direction are lost, and each is held so long, give or take.
const LOSS: f64 = 0.05;
const DELAY_MS: &str = "20 5";
/// How many checkpoints go out over such a network.
const CHECKPOINTS: usize = 100;
/// The founding.
const FOUNDED: u64 = 18;
/// A witness that does not answer is given up within this.
const GIVEN_UP: Duration = Duration::from_secs(11);
/// Rows that only liars record.
const LIES: u64 = 1_000_000;

/// A program on a host, and all that it says.
struct Running {
    child: Child,
    said: PathBuf,
}

impl Running {
    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).expect("what it said")
    }

    /// Waits until it has said this.
    fn says(&self, what: &str) {
        await_that(&format!("{} says \"{what}\"", self.said.display()), || self.said().contains(what));
    }

    fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_none()
    }

    /// Waits until it ends with status 1.
    fn convicts(&mut self) {
        await_that("the monitor ends", || !self.runs());
        assert_eq!(self.child.wait().expect("it ended").code(), Some(1), "{}", self.said());
    }

    /// Asks it to stop.
    fn stop(mut self) {
        assert!(self.runs(), "it ended by itself: {}", self.said());
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success() && self.child.wait().expect("it ends").success(), "{}", self.said());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ledger that asks two of three witnesses.
struct City {
    shell: Shell,
    net: Net,
    ledger: Running,
    witnesses: Vec<Running>,
    /// Verifier keys of the witnesses.
    vkeys: Vec<String>,
    vkey: VerifierKey,
    policy: Policy,
    rows: u64,
}

fn public(host: usize) -> String {
    format!("http://{}:8080", address(host))
}

fn witness_url(host: usize) -> String {
    format!("http://{}:8090", address(host))
}

fn folder(host: usize) -> String {
    format!("witness-{host}")
}

fn run(shell: &Shell, net: &Net, host: usize, name: &str, args: &[&str]) -> Running {
    let said = shell.path().join(format!("{name}.said"));
    let out = File::create(&said).expect("a file");
    let err = out.try_clone().expect("the same place in the same file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hibah"));
    command.args(args).current_dir(shell.path()).env("HIBAH_PASSPHRASE", PASSPHRASE).env_remove("HIBAH_LOG");
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    Running { child: net.at(host, || command.spawn()).expect("the program runs"), said }
}

impl City {
    /// All run, and a quorum has seen the founding. None where hosts cannot be apart.
    fn begin(seed: u64) -> Option<Self> {
        if std::env::var_os("HIBAH_APART").is_none() {
            left_out(
                "no network is made to lose, delay and cut; HIBAH_APART=1 does, as root with iproute2, ethtool and Python",
            );
            return None;
        }
        let (shell, mut net) = (Shell::with_ledger(), Net::of(7, seed));
        net.tell(&format!("loss {LOSS}"));
        net.tell(&format!("delay {DELAY_MS}"));
        let (mut witnesses, mut vkeys) = (Vec::new(), Vec::new());
        for host in WITNESSES {
            let folder = folder(host);
            shell.check(&format!(
                "$ hibah witness init {folder} --name w{host}.example/witness > {folder}.vkey
                 $ hibah witness add-log {folder} $(cat vkey)"
            ));
            let vkey = std::fs::read_to_string(shell.path().join(format!("{folder}.vkey"))).expect("a key");
            vkeys.push(vkey.lines().next().expect("a line").to_owned());
            let listen = format!("{}:8090", address(host));
            let running = run(&shell, &net, host, &folder, &["witness", "serve", &folder, "--listen", &listen]);
            running.says("Witness: ");
            witnesses.push(running);
        }
        let urls = WITNESSES.map(witness_url);
        let asked: Vec<(&str, &str)> =
            vkeys.iter().zip(&urls).map(|(vkey, url)| (vkey.as_str(), url.as_str())).collect();
        write_policy(&shell, 2, &asked);
        let policy = std::fs::read(shell.path().join("policy")).expect("just written");
        let policy = Policy::parse(&policy).unwrap_or_else(|e| panic!("{e}"));
        let vkey = std::fs::read_to_string(shell.path().join("vkey")).expect("a key");
        let vkey = VerifierKey::parse(vkey.trim()).expect("a verifier key");
        let at = |port: u16| format!("{}:{port}", address(LEDGER));
        let options = ["serve", "led", "--public", &at(8080), "--desk", &at(8081)];
        let options = [&options[..], &["--policy", "policy", "--witnesses-every", "1", "--dumps-every", "0"]].concat();
        let ledger = run(&shell, &net, LEDGER, "ledger", &options);
        // Two processes, each of which listens once it says so.
        ledger.says("Public server: ");
        ledger.says("Desk: ");
        let city = Self { shell, net, ledger, witnesses, vkeys, vkey, policy, rows: 0 };
        city.shows(city.size());
        Some(city)
    }

    /// How many entries there are.
    fn size(&self) -> u64 {
        FOUNDED + self.rows
    }

    fn get(&self, path: &str) -> Heard {
        self.net.at(CLERK, || get(&format!("{}{path}", public(LEDGER))))
    }

    /// Hands in the statement of a row.
    fn submit(&self, row: u64) -> Heard {
        let address = format!("http://{}:8081/statements", address(LEDGER));
        self.net.at(CLERK, || {
            let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
            Heard::of(agent.post(&address).send(&statement(row)[..]).expect("an answer"))
        })
    }

    /// Records the next row, and answers it.
    fn grow(&mut self) -> u64 {
        self.rows += 1;
        let told = self.submit(self.rows);
        assert_eq!(told.header("hibah-index"), (self.size() - 1).to_string(), "{}: {}", told.status, told.text());
        assert!(matches!(told.status, 200 | 202), "{}", told.text());
        self.rows
    }

    fn grow_by(&mut self, entries: u64) {
        for _ in 0..entries {
            self.grow();
        }
    }

    fn shown(&self, host: usize) -> Option<u64> {
        self.net.at(CLERK, || shown(&public(host)))
    }

    /// Waits until a quorum has seen so many entries.
    fn shows(&self, size: u64) {
        await_that(&format!("{size} entries are shown"), || self.shown(LEDGER) == Some(size));
    }

    /// The size of a checkpoint that the ledger signed and a quorum cosigned.
    fn quorum(&self, bytes: &[u8]) -> u64 {
        let signed = SignedCheckpoint::open(bytes, &self.vkey).unwrap_or_else(|e| panic!("{e}"));
        assert!(self.policy.check(&signed).expect("lines that hold").quorum_met);
        signed.checkpoint().size
    }

    /// A monitor that knows the ledger's address and those of some witnesses.
    fn monitor(&self, state: &str, witnesses: &[usize]) -> Running {
        let (vkey, source) = (self.vkey.to_string(), public(LEDGER));
        let mut args = vec!["monitor", &source, "--state", state, "--interval", "1s", "--vkey", &vkey];
        let seen: Vec<String> = witnesses.iter().map(|host| self.cosigned_by(*host)).collect();
        seen.iter().for_each(|url| args.extend(["--seen", url]));
        let monitor = run(&self.shell, &self.net, MONITOR, state, &[&args[..], &["--policy", "policy"]].concat());
        monitor.says(&format!("{} entries, all verified", self.size()));
        monitor
    }

    /// Where a witness shows what it cosigned of this ledger.
    fn cosigned_by(&self, host: usize) -> String {
        format!("{}/{}/checkpoint", witness_url(host), sha256(ORIGIN.as_bytes()))
    }

    /// The folders of a monitor's evidence.
    fn evidence(&self, state: &str) -> Vec<String> {
        let folder = format!("{state}/hibah.bandung.example_ledger/evidence");
        let Ok(listed) = std::fs::read_dir(self.shell.path().join(&folder)) else { return Vec::new() };
        listed.map(|entry| format!("{folder}/{}", entry.expect("an entry").file_name().display())).collect()
    }

    /// What a witness keeps of notes that do not agree.
    fn kept(&self, host: usize) -> Vec<Evidence> {
        let store = Store::open(&self.shell.path().join(folder(host)), Access::Read).unwrap_or_else(|e| panic!("{e}"));
        store.evidence(ORIGIN).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Nobody ended, kept evidence, or said a word of alarm.
    fn calm(&mut self, monitor: &mut Running, state: &str) {
        assert!(self.evidence(state).is_empty() && alarms(&self.shell, "led").is_empty());
        assert!(WITNESSES.iter().all(|host| self.kept(*host).is_empty()));
        for running in self.witnesses.iter_mut().chain([monitor, &mut self.ledger]) {
            let said = running.said();
            assert!(running.runs(), "it ended: {said}");
            for word in ["ERROR", "error:", "found", "panicked", "histor", "refused"] {
                assert!(!said.contains(word), "\"{word}\": {said}");
            }
        }
    }

    /// All verifies, here and over the network, and all stop as they should.
    fn ends(self) {
        self.net.at(CLERK, || {
            self.shell.check(&format!(
                "$ hibah verify led --vkey $(cat vkey)
                 entries * {size}, each linked to the one before it
                 $ hibah verify {url} --vkey $(cat vkey) --policy policy
                 entries * {size}, each linked to the one before it",
                size = self.size(),
                url = public(LEDGER),
            ));
        });
        self.ledger.stop();
        self.witnesses.into_iter().for_each(Running::stop);
    }
}

#[test]
fn a_network_that_loses_and_delays_alarms_nobody() {
    let Some(mut city) = City::begin(1) else { return };
    let mut monitor = city.monitor("seen", &WITNESSES);
    let mut sizes = BTreeSet::new();
    while sizes.len() < CHECKPOINTS && city.rows < 50 * CHECKPOINTS as u64 {
        city.grow();
        let size = city.quorum(&city.get("/checkpoint").body);
        assert!(sizes.last().is_none_or(|last| *last <= size), "{size} after {sizes:?}");
        sizes.insert(size);
    }
    assert_eq!(sizes.len(), CHECKPOINTS, "after {} statements", city.rows);
    city.shows(city.size());
    monitor.says(&format!("to {}, all hold", city.size() - 1));
    city.calm(&mut monitor, "seen");
    let count = city.net.count();
    let number = |name: &str| count[name].as_f64().expect("a number");
    let lost = number("lost") / number("taken");
    let remarks = monitor.said().lines().filter(|line| !line.contains("all ")).count();
    println!(
        "{} checkpoints of a quorum over {} entries; no alarm, {remarks} other remarks of the monitor; frames: {count}",
        sizes.len(),
        city.size()
    );
    assert!((LOSS * 0.6..LOSS * 1.4).contains(&lost) && number("cut") == 0.0, "the network was not as told: {count}");
    assert!(number("delayed") >= number("forwarded") && number("forwarded") > 1_000.0, "{count}");
    drop(monitor);
    city.shell.check("$ hibah verify seen/hibah.bandung.example_ledger --vkey $(cat vkey)");
    city.ends();
}

#[test]
fn a_quorum_that_was_cut_off_comes_back_by_itself() {
    let Some(mut city) = City::begin(2) else { return };
    let mut monitor = city.monitor("seen", &[]);
    for cut in [[3, 4], [2, 3]] {
        city.grow();
        let before = city.size();
        city.shows(before);
        cut.iter().for_each(|host| drop(city.net.tell(&format!("cut {host}"))));
        let waiting: Vec<u64> = (0..5).map(|_| city.grow()).collect();
        std::thread::sleep(GIVEN_UP);
        for row in &waiting {
            let told = city.submit(*row);
            let parsed = Statement::parse(&statement(*row), ORIGIN).expect("a statement");
            assert_eq!((told.status, told.text()), (202, &*format!("{}\n", parsed.hash())), "it waits");
        }
        assert_eq!(city.quorum(&city.get("/checkpoint").body), before, "nothing without a quorum");
        let newest = city.get(&format!("/api/v1/entries/{}", city.size() - 1));
        assert_eq!(newest.status, 200, "it is recorded, and read");
        city.net.tell("join");
        city.shows(city.size());
        for row in waiting {
            let told = city.submit(row);
            assert_eq!((told.status, told.header("hibah-index")), (200, &*(FOUNDED + row - 1).to_string()));
            let receipt = TlogProof::parse(&told.body).expect("a receipt");
            city.quorum(receipt.checkpoint.to_string().as_bytes());
        }
    }
    monitor.says(&format!("to {}, all hold", city.size() - 1));
    city.calm(&mut monitor, "seen");
    let count = city.net.count();
    assert!(count["cut"].as_u64() > Some(0) && count["lost"].as_u64() > Some(0), "{count}");
    println!("two of three witnesses cut off, twice; frames: {count}");
    city.ends();
}

/// A copy of the ledger, with its key, that goes on in its own way.
struct Fork {
    name: String,
    entries: u64,
}

impl City {
    /// Takes the copy. It will have so many entries of its own.
    fn copy(&self, name: &str, lies: u64) -> Fork {
        self.shell.check(&format!("$ cp -r led {name}"));
        for lie in 0..lies {
            self.shell.write("lie", statement(LIES + lie));
            self.shell.check(&format!("$ hibah submit {name} lie\nRecorded as entry {}; *", self.size() + lie));
        }
        Fork { name: name.to_owned(), entries: self.size() + lies }
    }

    /// Shows the copy from another host, which asks one witness.
    fn lie(&self, fork: &Fork, witness: usize, quorum: &str) -> Running {
        let vkey = &self.vkeys[WITNESSES.iter().position(|host| *host == witness).expect("a witness")];
        self.shell.write("liars", format!("witness asked {vkey} {}\nquorum {quorum}\n", witness_url(witness)));
        let options = ["serve", &fork.name, "--public", "0.0.0.0:8080", "--dumps-every", "0"];
        let options = [&options[..], &["--policy", "liars", "--witnesses-every", "1"]].concat();
        let liar = run(&self.shell, &self.net, LIAR, &fork.name, &options);
        await_that("the fork is shown", || liar.said().contains("Check it") && self.shown(LIAR) == Some(fork.entries));
        liar
    }

    /// Waits until a witness has cosigned all that is recorded.
    fn cosigned(&self, place: usize) {
        await_that("a witness has cosigned all", || {
            let cosigned = Cosigned::read(&self.shell.path().join("led")).expect("opened").expect("there");
            let standings = cosigned.standings().expect("read");
            let its = standings.into_iter().find(|standing| standing.vkey == self.vkeys[place]);
            its.and_then(|its| its.cosigned).is_some_and(|(size, _)| size == self.size())
        });
    }

    /// What a monitor found, anybody confirms; a fork verifies alone, but not for who asks for a quorum.
    fn convicted(&self, state: &str, finding: &str, fork: &Fork) {
        let found = self.evidence(state);
        assert!(found.iter().any(|folder| folder.contains(finding)), "{finding}: {found:?}");
        for folder in found {
            self.shell.check(&format!("$ hibah verify {folder} --vkey $(cat vkey)\nThe evidence holds."));
        }
        let Fork { name, entries } = fork;
        self.net.at(CLERK, || {
            self.shell.check(&format!(
                "$ hibah verify {name} --vkey $(cat vkey)
                 entries * {entries}, each linked to the one before it
                 $ hibah verify {liar} --vkey $(cat vkey) --policy policy
                 ? 1
                 $ hibah verify {state}/hibah.bandung.example_ledger --vkey $(cat vkey)",
                liar = public(LIAR),
            ));
        });
    }

    /// The monitor is led to a liar at the ledger's own address, who can ask the first witness.
    fn fork_is_caught(&mut self, round: usize, honest: u64, lies: u64) {
        let (state, asked) = (format!("seen-{round}"), WITNESSES[0]);
        let mut monitor = self.monitor(&state, &[asked]);
        let fork = self.copy(&format!("fork-{round}"), lies);
        self.grow_by(honest);
        self.shows(self.size());
        self.cosigned(0);
        monitor.says(&format!("to {}, all hold", self.size() - 1));
        let before = self.kept(asked);
        self.net.tell(&format!("cut {LEDGER} {asked}"));
        self.net.tell(&format!("cut {LEDGER} {MONITOR}"));
        let liar = self.lie(&fork, asked, "none");
        self.net.lead(MONITOR, LEDGER, LIAR);
        monitor.convicts();
        await_that("the witness tells", || !alarms(&self.shell, &fork.name).is_empty());
        // Of a smaller tree a witness knows only that it is not the one that it goes on from.
        let expected = if lies < honest { AlarmKind::Lost } else { AlarmKind::Fork };
        assert_eq!(alarms(&self.shell, &fork.name)[0].kind, expected);
        let kept = self.kept(asked);
        let proofs = |kept: &[Evidence]| kept.iter().filter(|kept| kept.proved).count();
        assert_eq!(kept.len() > before.len(), lies >= honest, "round {round}: {kept:?}");
        assert_eq!(proofs(&kept) > proofs(&before), lies == honest, "one size, two roots; round {round}: {kept:?}");
        self.convicted(&state, "rewrite", &fork);
        liar.stop();
        self.net.lead(MONITOR, LEDGER, LEDGER);
        self.net.tell("join");
    }

    /// The last witness is cut off with the liar and cosigns the fork, which for it has only grown.
    fn cosigned_fork_is_caught(&mut self) {
        let fooled = WITNESSES[2];
        let mut monitor = self.monitor("seen-last", &WITNESSES);
        let fork = self.copy("fork-last", 1);
        self.net.tell(&format!("cut {LEDGER} {fooled}"));
        let liar = self.lie(&fork, fooled, "asked");
        self.grow_by(2);
        self.shows(self.size());
        monitor.convicts();
        self.convicted("seen-last", "fork", &fork);
        liar.stop();
        self.net.tell("join");
        self.ledger.says("it saw another history of this ledger");
        let told = alarms(&self.shell, "led");
        assert_eq!(
            told.iter().map(|alarm| (alarm.kind, &alarm.vkey)).collect::<Vec<_>>(),
            [(AlarmKind::Fork, &self.vkeys[2])]
        );
        assert!(!self.kept(fooled).is_empty(), "it keeps what does not agree");
        // The two others are a quorum.
        self.grow();
        self.shows(self.size());
    }
}

#[test]
fn a_fork_that_one_part_sees_is_caught_every_time() {
    let Some(mut city) = City::begin(3) else { return };
    city.net.at(LIAR, || net::ip(&format!("address add {}/24 dev eth0\n", address(LEDGER))));
    let rounds = [(1, 1), (1, 3), (3, 1), (2, 2)];
    for (round, (honest, lies)) in rounds.into_iter().enumerate() {
        city.fork_is_caught(round, honest, lies);
    }
    city.cosigned_fork_is_caught();
    println!("{} forks, all caught; frames: {}", rounds.len() + 1, city.net.count());
    city.ends();
}
