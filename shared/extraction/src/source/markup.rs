//! Slack's markup → plain text.
//!
//! Slack escapes only `&`, `<` and `>`, so a literal `<` inside `<…>` is impossible: markup is decoded first
//! and entities after. The other way round, a person who types `&lt;@U1&gt;` would become a mention.
use jiff::{Timestamp, tz::TimeZone};
use std::collections::HashMap;

/// The names that ids stand for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// `U…` → display name.
    pub users: HashMap<String, String>,
    /// `C…` → channel name.
    pub channels: HashMap<String, String>,
    /// The zone in which a moment becomes a day; UTC where no team is known.
    pub zone: Option<TimeZone>,
}

impl Names {
    /// Returns the display name, or the id where nobody knows it.
    pub fn user<'a>(&'a self, id: &'a str) -> &'a str {
        self.users.get(id).map_or(id, String::as_str)
    }

    /// Returns the channel's name, or the id where nobody knows it.
    pub fn channel<'a>(&'a self, id: &'a str) -> &'a str {
        self.channels.get(id).map_or(id, String::as_str)
    }

    /// Returns a moment in seconds since 1970, as Slack's date format says it: `{date_short} at {time}` → `2026-11-24
    /// at 12:00`. Dates are ISO dates whichever length is asked for. None if that is no moment.
    pub fn date(&self, seconds: i64, format: &str) -> Option<String> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let at = Timestamp::from_second(seconds).ok()?.to_zoned(zone);
        let day = at.date().to_string();
        let mut text = String::new();
        let mut rest = format;
        while let Some((before, from)) = rest.split_once('{') {
            let Some((token, after)) = from.split_once('}') else { break };
            text.push_str(before);
            match token {
                "time" => text.push_str(&at.strftime("%H:%M").to_string()),
                "time_secs" => text.push_str(&at.strftime("%H:%M:%S").to_string()),
                _ => text.push_str(&day),
            }
            rest = after;
        }
        text.push_str(rest);
        Some(if text.trim().is_empty() { day } else { text })
    }
}

/// Returns the plain text of a message's `text`. Linear in its length; anything odd stays as it is.
pub fn decode(text: &str, names: &Names) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, from) = rest.split_at(open);
        unescape(before, &mut out);
        let inner = from.get(1..).unwrap_or_default();
        // Up to the next `<`: an unclosed bracket must not swallow what follows, nor be searched again.
        match inner.find(['>', '<']) {
            Some(close) if inner.as_bytes().get(close) == Some(&b'>') => {
                unescape(&one(inner.get(..close).unwrap_or_default(), names), &mut out);
                rest = inner.get(close + 1..).unwrap_or_default();
            }
            _ => {
                out.push('<');
                rest = inner;
            }
        }
    }
    unescape(rest, &mut out);
    out
}

/// The text between `<` and `>`.
fn one(inner: &str, names: &Names) -> String {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|l| !l.is_empty())),
        None => (inner, None),
    };
    if let Some(id) = target.strip_prefix('@') {
        let name = names.users.get(id).map(String::as_str).or(label).unwrap_or(id);
        return format!("@{}", name.trim_start_matches('@'));
    }
    if let Some(id) = target.strip_prefix('#') {
        return format!("#{}", label.unwrap_or_else(|| names.channel(id)).trim_start_matches('#'));
    }
    if let Some(command) = target.strip_prefix('!') {
        let word = command.split('^').next().unwrap_or_default();
        return match (word, label) {
            ("here" | "channel" | "everyone", _) => format!("@{word}"),
            ("subteam", Some(label)) => format!("@{}", label.trim_start_matches('@')),
            ("subteam", None) => "@group".to_owned(),
            (_, Some(label)) => label.to_owned(),
            // `!date^<seconds>^<format>^<link>`: apps may leave the label out.
            ("date", None) => {
                let mut parts = command.split('^').skip(1);
                let seconds = parts.next().and_then(|seconds| seconds.parse().ok());
                let date = seconds.and_then(|seconds| names.date(seconds, parts.next().unwrap_or_default()));
                date.unwrap_or_else(|| word.to_owned())
            }
            _ => word.to_owned(),
        };
    }
    let looks_like_link =
        target.contains("://") || target.starts_with("mailto:") || target.starts_with("tel:");
    match label {
        _ if !looks_like_link => format!("<{inner}>"),
        Some(label) => {
            let bare = target.trim_start_matches("mailto:").trim_start_matches("tel:");
            let bare = bare.trim_start_matches("https://").trim_start_matches("http://");
            // Slack writes <http://x.io|x.io> for what a person typed as x.io: saying it once is enough.
            if bare.trim_end_matches('/') == label.trim_end_matches('/') || target == label {
                label.to_owned()
            } else {
                format!("{label} ({target})")
            }
        }
        None => target.trim_start_matches("mailto:").to_owned(),
    }
}

fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (c, len) = match from {
            f if f.starts_with("&amp;") => ('&', 5),
            f if f.starts_with("&lt;") => ('<', 4),
            f if f.starts_with("&gt;") => ('>', 4),
            _ => ('&', 1),
        };
        out.push(c);
        rest = from.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_markup_becomes_what_a_reader_sees() {
        let mut names = Names::default();
        names.users.insert("U1".into(), "Ana Ruiz".into());
        names.channels.insert("C1".into(), "platform".into());
        for (text, plain) in [
            ("hi <@U1>!", "hi @Ana Ruiz!"),
            ("<@U9|ben> and <@U8>", "@ben and @U8"),
            ("see <#C1> or <#C2|ops> or <#C3|>", "see #platform or #ops or #C3"),
            ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
            ("<!subteam^S1|@oncall> <!subteam^S2>", "@oncall @group"),
            ("by <!date^1763974800^{date}|Nov 24>", "by Nov 24"),
            ("by <!date^1795521600^{date_short}>", "by 2026-11-24"),
            ("<!date^1795521600^{date} at {time}^https://x.io>", "2026-11-24 at 12:00"),
            ("<!date^1795521600> <!date^soon^{date}> <!date^99999999999999^{date}>", "2026-11-24 date date"),
            ("<!date^1795521600^{date>", "{date"),
            ("<https://x.io/a?b=1&amp;c=2|the doc>", "the doc (https://x.io/a?b=1&c=2)"),
            ("<https://x.io>", "https://x.io"),
            ("<http://x.io|x.io>", "x.io"),
            ("<mailto:a@x.io|a@x.io>", "a@x.io"),
            ("a &lt;b&gt; &amp;&amp; c &copy;", "a <b> && c &copy;"),
            ("&lt;@U1&gt; &amp;lt;", "<@U1> &lt;"),
            ("if a < b and <https://x.io>", "if a < b and https://x.io"),
            ("<unclosed <@U1>", "<unclosed @Ana Ruiz"),
            ("Vec<String>", "Vec<String>"),
            ("<>", "<>"),
        ] {
            assert_eq!(decode(text, &names), plain, "{text}");
        }
    }

    #[test]
    fn a_megabyte_of_brackets_is_read_in_linear_time() {
        let text = "<".repeat(1 << 20);
        assert_eq!(decode(&text, &Names::default()).len(), text.len());
    }
}
