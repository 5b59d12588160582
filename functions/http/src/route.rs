//! Paths and queries.
use crate::METHODS;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use sheet::{
    Code, Refusal,
    export::{Format, Separator},
};
use std::borrow::Cow;

/// Characters of a path or query that are looked at.
const MAX_URI: usize = 2_048;

/// What is asked for. Words are validated where they become keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `GET /api/cycles?team=…`
    Cycles { team: String },
    /// `GET /api/cycles/{team}/{cycle}`
    Cycle { team: String, cycle: String },
    /// `GET /api/cycles/{team}/{cycle}/changes?since=n&limit=n`
    Changes { team: String, cycle: String, since: u64, limit: usize },
    /// `POST /api/cycles/{team}/{cycle}/changes`
    Change { team: String, cycle: String },
    /// `GET /api/cycles/{team}/{cycle}/comparison`
    Comparison { team: String, cycle: String },
    /// `GET /api/cycles/{team}/{cycle}/export?format=csv|md|json&separator=comma|semicolon|tab`
    Export { team: String, cycle: String, format: Format, separator: Separator },
    /// `GET /api/cycles/{team}/{cycle}/messages?generation=n`
    Messages { team: String, cycle: String, generation: u32 },
    /// `GET /api/cycles/{team}/{cycle}/log?since=n&limit=n`
    Log { team: String, cycle: String, since: u64, limit: usize },
    /// `GET /api/cycles/{team}/{cycle}/generations`
    Generations { team: String, cycle: String },
    /// `GET /api/cycles/{team}/{cycle}/generations/{n}`
    Generation { team: String, cycle: String, number: u32 },
    /// `GET /api/cycles/{team}/{cycle}/docs/{doc}?sv=…&version=n`
    Doc { team: String, cycle: String, doc: String, state_vector: Option<String>, version: Option<u64> },
    /// `GET /api/members?team=…`
    Members { team: String },
    /// `GET /api/me`
    Me,
    /// `POST /api/inbox/{tenant}/{team}`
    Inbox { tenant: String, team: String },
}

impl Route {
    pub(crate) fn of<B>(request: &Request<B>) -> Result<Self, Refusal> {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        if path.len() + query.len() > MAX_URI {
            return Err(Refusal::new(Code::PayloadTooLarge, "the address is too long"));
        }
        let parameter = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let number = |name: &str, default: u64| match parameter(name).map(|value| value.parse::<u64>()) {
            None => Ok(default),
            Some(Ok(number)) if number < 1_000_000_000_000 => Ok(number),
            Some(_) => Err(Refusal::new(Code::Malformed, format!("{name} is a whole number"))),
        };
        let limit = || number("limit", 1_000).map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let parts = segments(path)?;
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        // A stage may stand before the path: one word.
        let parts = match parts.as_slice() {
            [stage, rest @ ..] if *stage != "api" && rest.first() == Some(&"api") => rest,
            parts => parts,
        };
        let owned = |word: &&str| (*word).to_owned();
        match (request.method(), parts) {
            (&Method::GET, ["api", "cycles"]) => {
                let team = parameter("team")
                    .ok_or_else(|| Refusal::new(Code::Malformed, "name a team: ?team=platform"))?;
                Ok(Self::Cycles { team })
            }
            (&Method::GET, ["api", "cycles", team, cycle]) => {
                Ok(Self::Cycle { team: owned(team), cycle: owned(cycle) })
            }
            (&Method::GET, ["api", "cycles", team, cycle, "changes"]) => Ok(Self::Changes {
                team: owned(team),
                cycle: owned(cycle),
                since: number("since", 0)?,
                limit: limit()?,
            }),
            (&Method::GET, ["api", "cycles", team, cycle, "comparison"]) => {
                Ok(Self::Comparison { team: owned(team), cycle: owned(cycle) })
            }
            (&Method::GET, ["api", "cycles", team, cycle, "export"]) => {
                let format = Format::of(parameter("format").as_deref().unwrap_or("json"));
                let format =
                    format.ok_or_else(|| Refusal::new(Code::Malformed, "format is one of csv, md, json"))?;
                let separator = match parameter("separator").as_deref() {
                    None => Separator::default(),
                    Some(word) if format == Format::Csv => Separator::of(word).ok_or_else(|| {
                        Refusal::new(Code::Malformed, "separator is one of comma, semicolon, tab")
                    })?,
                    Some(_) => {
                        return Err(Refusal::new(Code::Malformed, "a separator goes with format=csv alone"));
                    }
                };
                Ok(Self::Export { team: owned(team), cycle: owned(cycle), format, separator })
            }
            (&Method::GET, ["api", "cycles", team, cycle, "messages"]) => Ok(Self::Messages {
                team: owned(team),
                cycle: owned(cycle),
                generation: u32::try_from(number("generation", 0)?).map_err(|_| {
                    Refusal::new(
                        Code::Malformed,
                        "generation is a whole number, as the list of generations has it",
                    )
                })?,
            }),
            (&Method::GET, ["api", "cycles", team, cycle, "log"]) => Ok(Self::Log {
                team: owned(team),
                cycle: owned(cycle),
                since: number("since", 0)?,
                limit: limit()?,
            }),
            (&Method::GET, ["api", "cycles", team, cycle, "generations"]) => {
                Ok(Self::Generations { team: owned(team), cycle: owned(cycle) })
            }
            (&Method::GET, ["api", "cycles", team, cycle, "generations", number]) => {
                let number = number.parse().ok().filter(|number| (1..=99).contains(number));
                let number = number.ok_or_else(|| {
                    Refusal::new(Code::NotFound, "a generation is a number from 1, as the list has them")
                })?;
                Ok(Self::Generation { team: owned(team), cycle: owned(cycle), number })
            }
            (&Method::GET, ["api", "cycles", team, cycle, "docs", doc]) => {
                let version = parameter("version").map(|_| number("version", 0)).transpose()?;
                let state_vector = parameter("sv");
                Ok(Self::Doc {
                    team: owned(team),
                    cycle: owned(cycle),
                    doc: owned(doc),
                    state_vector,
                    version,
                })
            }
            (&Method::GET, ["api", "me"]) => Ok(Self::Me),
            (&Method::GET, ["api", "members"]) => {
                let team = parameter("team")
                    .ok_or_else(|| Refusal::new(Code::Malformed, "name a team: ?team=platform"))?;
                Ok(Self::Members { team })
            }
            (&Method::POST, ["api", "cycles", team, cycle, "changes"]) => {
                Ok(Self::Change { team: owned(team), cycle: owned(cycle) })
            }
            (&Method::POST, ["api", "inbox", tenant, team]) => {
                Ok(Self::Inbox { tenant: owned(tenant), team: owned(team) })
            }
            (method, ["api", "cycles", ..]) if !METHODS.contains(method) => {
                Err(Refusal::new(Code::Unsupported, "this address is read with GET and changed with POST"))
            }
            _ => Err(Refusal::new(Code::NotFound, "there is nothing at this address")),
        }
    }
}

/// Returns the words of a path, each decoded once it stands alone, so that an encoded slash parts nothing (RFC 3986, 2.4). A
/// gateway that has decoded the path leaves nothing to decode: no name holds a percent sign.
fn segments(path: &str) -> Result<Vec<Cow<'_, str>>, Refusal> {
    path.trim_matches('/').split('/').map(decoded).collect()
}

fn decoded(word: &str) -> Result<Cow<'_, str>, Refusal> {
    let is_hex = |at: usize| word.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let whole = word.match_indices('%').all(|(at, _)| is_hex(at + 1) && is_hex(at + 2));
    let text = percent_decode_str(word).decode_utf8().ok().filter(|_| whole);
    text.ok_or_else(|| {
        Refusal::new(
            Code::Malformed,
            "the path is not percent-encoded UTF-8: write % as %25 and other signs by their bytes",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use protocol::http::{ENDPOINTS, PATH_PARAMETERS};
    use std::collections::BTreeSet;

    fn route(method: &str, uri: &str) -> Result<Route, Code> {
        Route::of(&Request::builder().method(method).uri(uri).body(Bytes::new()).unwrap())
            .map_err(|refusal| refusal.code)
    }

    /// Pairs every route with its operation of the HTTP API. A route that is missing here does not compile.
    macro_rules! operations {
        ($($route:ident => $operation:literal,)*) => {
            const SERVED: &[&str] = &[$($operation),*];
            fn operation(route: &Route) -> &'static str {
                match route { $(Route::$route { .. } => $operation),* }
            }
        };
    }
    operations! {
        Cycles => "listCycles",
        Cycle => "getSheet",
        Changes => "listChanges",
        Change => "commitChange",
        Comparison => "compareWeeks",
        Export => "exportSheet",
        Messages => "listMessages",
        Log => "auditLog",
        Generations => "listGenerations",
        Generation => "getGeneration",
        Doc => "getDocument",
        Me => "getMe",
        Members => "listMembers",
        Inbox => "pushMessages",
    }

    #[test]
    fn the_openapi_document_has_every_route_and_every_endpoint_of_it_is_served() {
        let described: BTreeSet<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.operation).collect();
        assert_eq!(described, SERVED.iter().copied().collect());
        for endpoint in ENDPOINTS {
            let mut uri = endpoint.path.to_owned();
            for parameter in PATH_PARAMETERS {
                uri = uri.replace(&format!("{{{}}}", parameter.name), parameter.example);
            }
            let required = endpoint.query.iter().filter(|parameter| parameter.required);
            let query: Vec<String> = required.map(|p| format!("{}={}", p.name, p.example)).collect();
            let served = route(endpoint.method, &format!("{uri}?{}", query.join("&")));
            assert_eq!(served.as_ref().map(operation), Ok(endpoint.operation), "{uri}");
        }
    }

    #[test]
    fn csv_may_have_another_separator_and_nothing_else_has_one() {
        let export = |query: &str| route("GET", &format!("/api/cycles/platform/2026-W47/export?{query}"));
        for (word, right) in [
            ("", Separator::Comma),
            ("&separator=comma", Separator::Comma),
            ("&separator=;", Separator::Semicolon),
            ("&separator=%3B", Separator::Semicolon),
            ("&separator=semicolon", Separator::Semicolon),
            ("&separator=%09", Separator::Tab),
            ("&separator=tab", Separator::Tab),
        ] {
            let read = export(&format!("format=csv{word}"));
            assert!(
                matches!(&read, Ok(Route::Export { separator, .. }) if *separator == right),
                "{word}: {read:?}"
            );
        }
        for wrong in
            ["format=csv&separator=|", "format=csv&separator=", "format=md&separator=;", "separator=comma"]
        {
            assert_eq!(export(wrong), Err(Code::Malformed), "{wrong}");
        }
    }

    #[test]
    fn the_words_of_a_path_are_decoded_one_by_one_and_what_is_no_encoding_is_refused() {
        let cycle = |team: &str, cycle: &str| Route::Cycle { team: team.into(), cycle: cycle.into() };
        for (path, right) in [
            ("platform/2026-W47", cycle("platform", "2026-W47")),
            ("%70latform/2026%2dW47", cycle("platform", "2026-W47")),
            ("plat%66orm/2026%2DW47", cycle("platform", "2026-W47")),
            // An encoded slash is a part of the word, which is no name then, and never another address.
            ("a%2Fchanges/2026-W47", cycle("a/changes", "2026-W47")),
            ("..%2f..%2fb/2026-W47", cycle("../../b", "2026-W47")),
            ("a%00b/2026-W47", cycle("a\0b", "2026-W47")),
            ("%C3%A4/2026-W47", cycle("ä", "2026-W47")),
            // What is decoded is not decoded again.
            ("a%2541/2026-W47", cycle("a%41", "2026-W47")),
            ("a+b/2026-W47", cycle("a+b", "2026-W47")),
        ] {
            assert_eq!(route("GET", &format!("/api/cycles/{path}")), Ok(right), "{path}");
        }
        for path in [
            "a%/2026-W47",
            "a%4/2026-W47",
            "%zz/2026-W47",
            "a%4g/2026-W47",
            "%ff/2026-W47",
            "%C3%28/2026-W47",
            "a/2026-W47%",
            "a%%41/2026-W47",
            "%ED%A0%80/2026-W47",
        ] {
            assert_eq!(route("GET", &format!("/api/cycles/{path}")), Err(Code::Malformed), "{path}");
        }
        assert!(matches!(route("GET", "/api/%63ycles/a/2026-W47"), Ok(Route::Cycle { .. })));
    }

    #[test]
    fn addresses_are_read_and_what_is_wrong_with_them_has_a_code() {
        let (team, cycle) = ("platform".to_owned(), "2026-W47".to_owned());
        assert_eq!(route("GET", "/api/cycles?team=platform"), Ok(Route::Cycles { team: team.clone() }));
        assert_eq!(
            route("GET", "/prod/api/cycles/platform/2026-W47"),
            Ok(Route::Cycle { team: team.clone(), cycle: cycle.clone() })
        );
        assert_eq!(
            route("GET", "/api/cycles/platform/2026-W47/changes?since=41&limit=2"),
            Ok(Route::Changes { team, cycle, since: 41, limit: 2 })
        );
        let doc = |doc: &str, state_vector: Option<&str>, version| Route::Doc {
            team: "platform".into(),
            cycle: "2026-W47".into(),
            doc: doc.into(),
            state_vector: state_vector.map(str::to_owned),
            version,
        };
        for (uri, wanted) in [
            ("summary", doc("summary", None, None)),
            ("notes%3At-1?version=7", doc("notes:t-1", None, Some(7))),
            ("notes:t-1?sv=AQ_-&version=0", doc("notes:t-1", Some("AQ_-"), Some(0))),
        ] {
            assert_eq!(route("GET", &format!("/api/cycles/platform/2026-W47/docs/{uri}")), Ok(wanted));
        }
        assert_eq!(route("GET", "/api/cycles/p/2026-W47/docs/summary?version=x"), Err(Code::Malformed));
        assert_eq!(route("GET", "/api/cycles"), Err(Code::Malformed));
        assert_eq!(route("GET", "/api/cycles/p/2026-W47/changes?since=x"), Err(Code::Malformed));
        assert_eq!(route("GET", "/api/else"), Err(Code::NotFound));
        let messages = |generation: &str| {
            route("GET", &format!("/api/cycles/p/2026-W47/messages?generation={generation}"))
        };
        assert!(matches!(messages("3"), Ok(Route::Messages { generation: 3, .. })));
        // 4,294,967,297 is one more than a number of 32 bits holds, and not 1.
        assert_eq!(messages("4294967297"), Err(Code::Malformed));
        assert_eq!(messages("1000000000000"), Err(Code::Malformed));
        assert_eq!(
            route("GET", "/api/cycles?x=1&te%61m=plat%66orm"),
            Ok(Route::Cycles { team: "platform".into() })
        );
        for elsewhere in ["/a/b/api/cycles?team=p", "/x/api/", "/cycles/p/2026-W47/api/cycles"] {
            assert_eq!(route("GET", elsewhere), Err(Code::NotFound), "{elsewhere}");
        }
        assert_eq!(route("DELETE", "/api/cycles/p/2026-W47"), Err(Code::Unsupported));
        assert_eq!(
            route("GET", &format!("/api/cycles?team={}", "x".repeat(3_000))),
            Err(Code::PayloadTooLarge)
        );
    }
}
