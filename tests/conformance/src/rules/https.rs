use super::Shown;
use crate::Endpoint;
use serde_json::json;
use wire::{
    client::{insert, modify},
    web,
};

pub(super) async fn w1(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    endpoint.join(&editor).await;
    let answer = endpoint.get(&editor, &format!("/api/cycles?team={}", endpoint.setup.team)).await.json();
    let cycles: Vec<&str> = answer["cycles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|cycle| cycle["cycle"].as_str().unwrap())
        .collect();
    assert!(
        cycles.contains(&endpoint.setup.cycle.as_str()) && cycles.is_sorted_by(|a, b| a > b),
        "{cycles:?}"
    );
    Shown::Yes
}

pub(super) async fn w2(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let (mut client, _) = endpoint.with_row(&editor).await;
    let whole = endpoint.get(&editor, &endpoint.cycle_path()).await;
    let sheet = whole.json();
    let etag = whole.header("etag").expect("an ETag").to_owned();
    assert_eq!(
        etag.trim_start_matches("W/"),
        format!("\"{}-{}\"", sheet["epoch"].as_str().unwrap(), sheet["version"])
    );
    assert_eq!(sheet["epoch"], client.welcome["epoch"]);
    let same = endpoint.get_with(&editor, &endpoint.cycle_path(), &[("if-none-match", &etag)]).await;
    if endpoint.tip(&editor).await == sheet["version"].as_u64().unwrap() {
        assert_eq!((same.status, same.body.len()), (304, 0));
    }
    let packed = endpoint.get_with(&editor, &endpoint.cycle_path(), &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.json()["snapshot"].is_object(), "a packed snapshot reads");
    client.commit(json!([insert(&endpoint.fresh("t"), "more")])).await.version();
    assert_eq!(
        endpoint.get_with(&editor, &endpoint.cycle_path(), &[("if-none-match", &etag)]).await.status,
        200
    );
    Shown::Yes
}

pub(super) async fn w3(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let bot = endpoint.editor();
    let base = client.replica.version();
    let done = endpoint.post_as(&bot, "bot.1", base, json!([modify(&row, "status", "", "Done")])).await;
    assert_eq!((done.status, &done.json()["type"]), (200, &json!("committed")));
    let version = done.json()["changes"][0]["version"].as_u64().unwrap();
    client.reach(version).await;
    let again = endpoint.post_as(&bot, "bot.1", base, json!([modify(&row, "status", "", "Done")])).await;
    assert_eq!(
        (again.status, again.json()["changes"][0]["version"].as_u64()),
        (200, Some(version)),
        "a retry finds itself"
    );
    let conflict =
        endpoint.post_as(&bot, "bot.2", base, json!([modify(&row, "status", "", "Blocked")])).await;
    assert_eq!(conflict.refusal(), (409, "CONFLICT".into()));
    assert_eq!(conflict.json()["current"]["value"], "Done");
    Shown::Yes
}

pub(super) async fn w4(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let mut client = endpoint.join(&editor).await;
    let since = client.replica.version();
    for _ in 0..5 {
        client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    }
    let page = endpoint
        .get(&editor, &format!("{}/changes?since={since}&limit=2", endpoint.cycle_path()))
        .await
        .json();
    let versions: Vec<u64> = page["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| change["version"].as_u64().unwrap())
        .collect();
    assert_eq!((versions, &page["epoch"]), (vec![since + 1, since + 2], &client.welcome["epoch"]));
    assert_eq!(
        page["changes"][0],
        client.replica.told[&(since + 1)],
        "a change over HTTPS is the change over the socket"
    );
    Shown::Yes
}

pub(super) async fn w5(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let url = format!("{}{}", endpoint.setup.http_url, endpoint.cycle_path());
    let unsigned = web::request(&url, "GET", &[], String::new()).await;
    assert_eq!(unsigned.status, 401, "no token");
    for path in ["/api/nowhere".to_owned(), format!("/api/cycles/{}/2020-W01", endpoint.setup.team)] {
        let answer = endpoint.get(&editor, &path).await.json();
        assert!(
            answer["code"].is_string() && answer["retryable"].is_boolean() && answer["message"].is_string(),
            "{path}: {answer}"
        );
    }
    for path in [
        endpoint.cycle_path(),
        format!("{}/changes", endpoint.cycle_path()),
        format!("/api/cycles?team={}", endpoint.setup.team),
    ] {
        let answer = endpoint.get(&editor, &path).await;
        let cache = answer.header("cache-control").unwrap_or_default().to_owned();
        assert!(
            cache.contains("private") || cache.contains("no-store"),
            "{path} says cache-control: {cache}"
        );
    }
    Shown::Yes
}

pub(super) async fn w6(endpoint: &Endpoint) -> Shown {
    let person = endpoint.admin();
    assert_eq!(
        endpoint
            .post(&endpoint.admin(), json!([{"op": "MEMBER_REVOKE", "userId": person.user}]))
            .await
            .status,
        200
    );
    let (team, cycle) = (&endpoint.setup.team, endpoint.cycle_path());
    for path in [
        format!("/api/cycles?team={team}"),
        cycle.clone(),
        format!("{cycle}/changes"),
        format!("{cycle}/export?format=csv"),
        format!("{cycle}/log"),
        format!("/api/members?team={team}"),
    ] {
        assert_eq!(endpoint.get(&person, &path).await.refusal(), (403, "REVOKED".into()), "{path}");
    }
    Shown::Yes
}

pub(super) async fn w7(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let mut client = endpoint.join(&editor).await;
    client
        .commit(json!([insert(&endpoint.fresh("t"), "=HYPERLINK(\"https://evil.example\")")]))
        .await
        .version();
    let export = async |format: &str| {
        let answer =
            endpoint.get(&editor, &format!("{}/export?format={format}", endpoint.cycle_path())).await;
        assert_eq!(answer.status, 200, "{format}");
        String::from_utf8(answer.body).expect("text")
    };
    let csv = export("csv").await;
    assert!(csv.starts_with('\u{feff}') && csv.contains("'=HYPERLINK"), "a formula is not made harmless");
    assert!(export("md").await.contains('|'));
    serde_json::from_str::<serde_json::Value>(&export("json").await).expect("the JSON reads");
    Shown::Yes
}

pub(super) async fn w8(endpoint: &Endpoint) -> Shown {
    let path = format!("{}/messages?generation=1", endpoint.cycle_path());
    assert_eq!(endpoint.get(&endpoint.viewer(), &path).await.refusal(), (403, "FORBIDDEN".into()));
    let editor = endpoint.get(&endpoint.editor(), &path).await;
    // A week that nothing was extracted for has none.
    assert!(editor.status == 404 || editor.json()["messages"].is_array(), "{}", editor.status);
    Shown::Yes
}

pub(super) async fn w9(endpoint: &Endpoint) -> Shown {
    let path = format!("{}/log?since=0&limit=10", endpoint.cycle_path());
    let (_client, _) = endpoint.with_row(&endpoint.editor()).await;
    for person in [endpoint.viewer(), endpoint.editor()] {
        assert_eq!(
            endpoint.get(&person, &path).await.refusal(),
            (403, "FORBIDDEN".into()),
            "{}",
            person.role
        );
    }
    let log = endpoint.get(&endpoint.admin(), &path).await.json();
    assert!(log["head"]["hash"].is_string() && log["entries"][0]["first"] == 1, "{}", log["head"]);
    Shown::Yes
}

pub(super) async fn w10(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let _client = endpoint.join(&person).await;
    let members =
        endpoint.get(&endpoint.editor(), &format!("/api/members?team={}", endpoint.setup.team)).await.json();
    let own = members["members"]
        .as_array()
        .expect("members")
        .iter()
        .find(|member| member["id"] == person.user.as_str());
    assert!(
        own.is_some_and(|member| member["role"] == "editor" && member["color"].is_string()),
        "who connected is not listed"
    );
    Shown::Yes
}

pub(super) async fn w12(endpoint: &Endpoint) -> Shown {
    let person = endpoint.viewer();
    let me = endpoint.get(&person, "/api/me").await.json();
    assert!(me["id"] == person.user.as_str() && me["role"] == "viewer", "{me}");
    let teams = me["teams"].as_array().expect("teams");
    assert!(
        teams.iter().any(|team| *team == endpoint.setup.team.as_str()),
        "the team of the token is not listed"
    );
    Shown::Yes
}

pub(super) async fn w13(endpoint: &Endpoint) -> Shown {
    let (_client, row) = endpoint.with_row(&endpoint.editor()).await;
    let path = format!("{}/comparison", endpoint.cycle_path());
    let compared = endpoint.get(&endpoint.viewer(), &path).await.json();
    let trend = compared["trend"].as_array().expect("a trend");
    let week = trend.last().expect("the week itself");
    assert!(week["week"] == compared["week"] && (1..=8).contains(&trend.len()), "{compared}");
    assert!(week["numbers"]["rows"].as_u64().is_some_and(|rows| rows > 0), "{compared}");
    let rows = compared["rows"].as_array().expect("rows");
    let is_new = rows.iter().any(|changed| changed["taskId"] == row.as_str());
    assert!(compared["before"].is_null() || is_new, "the row {row} is new: {compared}");
    Shown::Yes
}

pub(super) async fn e1(endpoint: &Endpoint) -> Shown {
    let path = format!("{}/generations", endpoint.cycle_path());
    let (_client, _) = endpoint.with_row(&endpoint.editor()).await;
    for person in [endpoint.viewer(), endpoint.editor()] {
        assert_eq!(
            endpoint.get(&person, &path).await.refusal(),
            (403, "FORBIDDEN".into()),
            "{}",
            person.role
        );
    }
    let list = endpoint.get(&endpoint.admin(), &path).await.json();
    assert!(list["generations"].is_array(), "{list}");
    Shown::Yes
}

pub(super) async fn e2(endpoint: &Endpoint) -> Shown {
    let path = format!("{}/generations/99", endpoint.cycle_path());
    let (_client, _) = endpoint.with_row(&endpoint.editor()).await;
    assert_eq!(endpoint.get(&endpoint.editor(), &path).await.refusal(), (403, "FORBIDDEN".into()));
    assert_eq!(endpoint.get(&endpoint.admin(), &path).await.refusal(), (404, "NOT_FOUND".into()));
    Shown::Yes
}

pub(super) async fn e3(endpoint: &Endpoint) -> Shown {
    let (setup, body) = (&endpoint.setup, r#"{"messages":[]}"#.to_owned());
    let stranger = format!("Bearer {}", endpoint.fresh("stranger"));
    let forged = [("x-slack-signature", "v0=00"), ("x-slack-request-timestamp", "1")];
    for team in [&setup.team, &setup.other_team, &endpoint.fresh("team")] {
        let url = format!("{}/api/inbox/{}/{team}", setup.http_url, setup.tenant);
        for headers in [&[("authorization", stranger.as_str())][..], &forged[..], &[][..]] {
            let answer = web::request(&url, "POST", headers, body.clone()).await;
            assert_eq!(answer.refusal(), (403, "FORBIDDEN".into()), "{team}, {} headers", headers.len());
        }
    }
    Shown::Yes
}
