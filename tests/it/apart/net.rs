//! Hosts that are really apart: each in a network namespace of its own, joined by a switch (`tests/it/apart/switch.py`) that
//! loses, delays and cuts what they send each other.
//!
//! No namespace has a name: the kernel keeps one as long as this process has its file open or a program runs in it. So two
//! runs on one machine never meet, and a run that fails, or is killed, leaves nothing behind.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::Value;

/// The hosts of a net, from 1.
pub struct Net {
    hosts: Vec<File>,
    switch: Child,
    to_switch: ChildStdin,
    from_switch: BufReader<ChildStdout>,
}

/// Where a host is reached (RFC 5737).
pub fn address(host: usize) -> String {
    format!("192.0.2.{host}")
}

fn hardware(host: usize) -> String {
    format!("02:00:00:00:00:{host:02x}")
}

impl Net {
    /// So many hosts, each of which reaches each.
    pub fn of(hosts: usize, seed: u64) -> Self {
        let hub = namespace();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/apart/switch.py");
        let started = within(&hub, || {
            let mut python = Command::new("python3");
            python.arg(program).arg(seed.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
        });
        let mut switch = started.expect("python3 runs");
        let to_switch = switch.stdin.take().expect("its input");
        let from_switch = BufReader::new(switch.stdout.take().expect("its output"));
        let mut net = Self { hosts: (0..hosts).map(|_| namespace()).collect(), switch, to_switch, from_switch };
        for host in 1..=hosts {
            // The peers are named, not asked for: a host that is cut off is silence, as on a long way, and no error.
            let peers = (1..=hosts).filter(|peer| *peer != host).map(|peer| {
                format!("neighbour add {} lladdr {} nud permanent dev eth0\n", address(peer), hardware(peer))
            });
            let commands = format!(
                "link set lo up\n\
                 link add eth0 address {} type veth peer name p{host} netns {}\n\
                 link set eth0 up\n\
                 address add {}/24 dev eth0\n{}",
                hardware(host),
                net.switch.id(),
                address(host),
                peers.collect::<String>()
            );
            net.at(host, || ip(&commands));
            // What the kernel leaves to a card that is none, the switch would forward undone: sums of packets, and their cutting.
            net.at(host, || done(Command::new("ethtool").args(["-K", "eth0", "tx", "off"]), ""));
            within(&hub, || ip(&format!("link set p{host} up\n")));
            net.tell(&format!("port {host}"));
        }
        net
    }

    /// Does this on a host; a program that it starts runs there.
    pub fn at<T: Send>(&self, host: usize, work: impl FnOnce() -> T + Send) -> T {
        within(&self.hosts[host - 1], work)
    }

    /// Tells the switch, and answers what it says.
    pub fn tell(&mut self, command: &str) -> String {
        writeln!(self.to_switch, "{command}").expect("the switch listens");
        let mut said = String::new();
        self.from_switch.read_line(&mut said).expect("the switch answers");
        assert!(!said.is_empty(), "the switch ended at \"{command}\"");
        said
    }

    /// What became of the frames so far.
    pub fn count(&mut self) -> Value {
        serde_json::from_str(&self.tell("count")).expect("JSON")
    }

    /// From now on what `host` sends to the address of `named` arrives at `arrives`.
    pub fn lead(&self, host: usize, named: usize, arrives: usize) {
        let (address, hardware) = (address(named), hardware(arrives));
        self.at(host, || ip(&format!("neighbour replace {address} lladdr {hardware} nud permanent dev eth0\n")));
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        let _ = self.switch.kill();
        let _ = self.switch.wait();
    }
}

/// A new network namespace.
fn namespace() -> File {
    let mut command = Command::new("unshare");
    let mut holder =
        command.args(["--net", "cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("unshare runs");
    // It answers once it is there.
    writeln!(holder.stdin.as_ref().expect("its input")).expect("written");
    let mut answer = String::new();
    BufReader::new(holder.stdout.take().expect("its output")).read_line(&mut answer).expect("read");
    assert_eq!(answer, "\n", "no network namespace can be made here: run this as root");
    let namespace = File::open(format!("/proc/{}/ns/net", holder.id())).expect("the namespace of a program that runs");
    holder.kill().and_then(|()| holder.wait()).expect("it ends");
    namespace
}

/// Works in a thread that is in this namespace.
fn within<T: Send>(namespace: &File, work: impl FnOnce() -> T + Send) -> T {
    let inside = || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("root may enter it");
        work()
    };
    std::thread::scope(|scope| scope.spawn(inside).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Runs commands of iproute2.
pub fn ip(commands: &str) {
    done(Command::new("ip").args(["-batch", "-"]), commands);
}

fn done(command: &mut Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap_or_else(|error| {
        panic!(
            "{command:?} does not run ({error}): hosts that are apart need root, and the packages iproute2 and ethtool"
        )
    });
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("written");
    assert!(child.wait().expect("it ends").success(), "{command:?} failed over:\n{input}");
}
