//! What the bytes of a document show, and what a statement may call it. The table stands in the folder's first comment.

/// What the bytes of a document show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// A signature that `infer` knows.
    Known(&'static str),
    /// Text that begins like JSON.
    JsonText,
    /// Any other text.
    Text,
    /// Nothing that is known.
    Unknown,
}

impl Shown {
    pub(super) fn of(head: &[u8], text: &TextCheck) -> Self {
        // Pictures and sounds are never clean text; but text may begin like one: "BM" like a bitmap.
        let binary = |kind: &infer::Type| {
            use infer::MatcherType as M;
            matches!(kind.matcher_type(), M::Audio | M::Font | M::Image | M::Video)
        };
        if let Some(kind) = infer::get(head).filter(|kind| !text.is_text() || !binary(kind)) {
            return Self::Known(kind.mime_type());
        }
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        match (text.is_text(), first) {
            (true, Some(b'{' | b'[')) => Self::JsonText,
            (true, _) => Self::Text,
            (false, _) => Self::Unknown,
        }
    }

    pub(super) fn may_be_called(&self, said: &str) -> bool {
        match self {
            Self::Known("application/zip") => {
                let office = ["application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."];
                said == "application/zip" || office.iter().any(|begin| said.starts_with(begin))
            }
            Self::Known("text/xml") => matches!(said, "text/xml" | "application/xml"),
            Self::Known(shown) => said == *shown,
            Self::JsonText => matches!(said, "application/json" | "text/csv" | "text/plain"),
            Self::Text => matches!(said, "text/csv" | "text/plain"),
            Self::Unknown => false,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Known(shown) => (*shown).to_owned(),
            Self::JsonText => "text that begins like JSON".to_owned(),
            Self::Text => "plain text".to_owned(),
            Self::Unknown => "of no type that its bytes show".to_owned(),
        }
    }
}

/// Whether bytes that come in pieces are UTF-8 without control characters.
#[derive(Debug, Default)]
pub(super) struct TextCheck {
    /// The beginning of a character whose rest is in the next piece.
    cut: Vec<u8>,
    broken: bool,
}

impl TextCheck {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            bytes
        } else {
            joined = [self.cut.as_slice(), bytes].concat();
            &joined
        };
        let whole = match std::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(fault) if fault.error_len().is_none() => fault.valid_up_to(),
            Err(_) => {
                self.broken = true;
                return;
            }
        };
        self.broken =
            bytes[..whole].iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r'));
        self.cut = bytes[whole..].to_vec();
    }

    pub(super) fn is_text(&self) -> bool {
        !self.broken && self.cut.is_empty()
    }
}
