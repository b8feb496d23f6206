//! Edge cases of Ed25519.

use std::fmt::Write as _;

use hibah::tlog::ed25519::{PublicKey, SigningKey};
use hibah::tlog::hash::sha256;
use serde_json::json;

/// L, the order of the base point, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[expect(clippy::ptr_arg, reason = "the table above holds changes of whole vectors")]
pub(super) fn add_order(bytes: &mut Vec<u8>) {
    let mut carry = 0u16;
    for (byte, order) in bytes[36..68].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}

/// Edge cases of Ed25519: those that "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020) tells apart.
// long: one table, a line a case
pub(super) fn vectors(faults: &mut Vec<String>) -> String {
    let key = SigningKey::from_seed(*sha256(b"hibah vector key of signatures.jsonl").as_bytes());
    let public = hex::encode(key.public().as_bytes());
    let message = b"hibah";
    let good = key.sign(message);
    let with = |change: &dyn Fn(&mut [u8; 64])| {
        let mut signature = good;
        change(&mut signature);
        hex::encode(signature)
    };
    let order_two = hex::encode([&[0xec], &[0xff; 30][..], &[0x7f]].concat());
    let identity = format!("01{}", "00".repeat(31));
    let order_eight = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
    let set_r = |r: &str| {
        let r = hex::decode(r).expect("our own hex");
        with(&|s| s[..32].copy_from_slice(&r))
    };
    let text = hex::encode(message);
    let zeros = "00".repeat(64);
    let cases: Vec<(&str, String, String, String, Option<&str>)> = vec![
        ("plain", public.clone(), text.clone(), hex::encode(good), None),
        ("empty message", public.clone(), String::new(), hex::encode(key.sign(b"")), None),
        ("another message", public.clone(), "00".into(), hex::encode(good), Some("equation")),
        ("S changed", public.clone(), text.clone(), with(&|s| s[32] ^= 1), Some("equation")),
        (
            "S plus L",
            public.clone(),
            text.clone(),
            with(&|s| {
                let mut bytes = [vec![0; 4], s.to_vec()].concat();
                add_order(&mut bytes);
                s.copy_from_slice(&bytes[4..]);
            }),
            Some("s-not-reduced"),
        ),
        ("S is L", public.clone(), text.clone(), with(&|s| s[32..].copy_from_slice(&ORDER)), Some("s-not-reduced")),
        ("S all ones", public.clone(), text.clone(), with(&|s| s[32..].fill(0xff)), Some("s-not-reduced")),
        ("R is the identity", public.clone(), text.clone(), set_r(&identity), Some("r-small-order")),
        ("R of order two", public.clone(), text.clone(), set_r(&order_two), Some("r-small-order")),
        ("R of order eight", public.clone(), text.clone(), set_r(order_eight), Some("r-small-order")),
        (
            "R not canonical: y = p + 1",
            public.clone(),
            text.clone(),
            set_r(&format!("ee{}7f", "ff".repeat(30))),
            Some("r-not-canonical"),
        ),
        (
            "R is no point",
            public.clone(),
            text.clone(),
            set_r(&format!("02{}", "00".repeat(31))),
            Some("r-not-canonical"),
        ),
        ("all zeros", public.clone(), text.clone(), zeros.clone(), Some("r-small-order")),
        ("key is the identity", identity.clone(), text.clone(), hex::encode(good), Some("key-small-order")),
        ("key of order two", order_two, text.clone(), hex::encode(good), Some("key-small-order")),
        ("key of order four", "00".repeat(32), text.clone(), hex::encode(good), Some("key-small-order")),
        ("key of order eight", order_eight.into(), text.clone(), hex::encode(good), Some("key-small-order")),
        (
            "key not canonical: y = p",
            format!("ed{}7f", "ff".repeat(30)),
            text.clone(),
            zeros.clone(),
            Some("key-not-canonical"),
        ),
        (
            "key not canonical: minus zero",
            format!("01{}80", "00".repeat(30)),
            text.clone(),
            zeros,
            Some("key-not-canonical"),
        ),
        ("key is no point", format!("02{}", "00".repeat(31)), text, hex::encode(good), Some("key-not-canonical")),
    ];
    let torsion_keys = crate::mixed_order::torsion_keys().map(|key| {
        ("key with a torsion part", hex::encode(key), hex::encode(message), hex::encode(good), Some("key-torsion"))
    });
    let mut out = String::new();
    for (name, public, message, signature, refusal) in
        cases.into_iter().chain(torsion_keys).chain([mixed_order_r(&key)])
    {
        let mut vector = json!({"name": name, "public": public, "message": message, "signature": signature});
        let verdict = judge_signature(&public, &message, &signature);
        if verdict.err() != refusal {
            faults.push(format!("{name}: {refusal:?} expected, {verdict:?} seen"));
        }
        vector["expect"] = json!(if refusal.is_some() { "refused" } else { "accepted" });
        if let Some(code) = refusal {
            vector["refusal"] = json!(code);
        }
        writeln!(out, "{vector}").expect("a string takes all");
    }
    out
}

/// R with a part of small order: the cofactored equation holds, a cofactorless library refuses. Only the key's holder
/// can make one.
fn mixed_order_r(key: &SigningKey) -> (&'static str, String, String, String, Option<&'static str>) {
    let signature = crate::mixed_order::sign(key, b"hibah");
    ("R of mixed order", hex::encode(key.public().as_bytes()), hex::encode("hibah"), hex::encode(signature), None)
}

fn judge_signature(public: &str, message: &str, signature: &str) -> Result<(), &'static str> {
    let bytes = |text: &str| hex::decode(text).expect("our own hex");
    let public: [u8; 32] = bytes(public).try_into().expect("32 bytes");
    let signature: [u8; 64] = bytes(signature).try_into().expect("64 bytes");
    let key = PublicKey::from_bytes(&public).map_err(|error| error.code())?;
    key.verify(&bytes(message), &signature).map_err(|error| error.code())
}
