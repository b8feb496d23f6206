//! The one test binary: data through one `check` a subject, the real binary, real files.

mod grants_bodies;
mod grants_profile;
mod grants_text;
mod left_out;
mod legacy_map;
mod legacy_read;
mod legacy_real_files;
mod mixed_order;
mod tlog_checkpoint;
mod tlog_ed25519;
mod tlog_merkle;
mod tlog_note;
mod tlog_policy;
mod tlog_tile;
mod tlog_vectors;
mod vectors;
