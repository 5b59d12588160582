//! Teams and roles from the directory: a token proves who somebody is, and gives nobody anything.
use harness::{Client, NEXT_WEEK, World, client::insert, web, who};
use platform::admission::Membership;
use serde_json::json;
use sheet::{Name, Role};
use store::{
    roles::{self, SetRole},
    teams,
};

async fn world() -> World {
    World::with(|options| options.membership = Membership::Directory).await
}

fn name(word: &str) -> Name {
    Name::new(word).unwrap()
}

async fn give(world: &World, user: &str, given: &[&str], role: Option<(Role, u64)>) {
    let (table, tenant) = (world.table(), name("acme"));
    let given: Vec<Name> = given.iter().map(|team| name(team)).collect();
    teams::put(&table, &tenant, &name(user), &given).await.unwrap();
    if let Some((role, count)) = role {
        let set = SetRole { user: name(user), role, count, done: true };
        assert!(roles::put(&table, &tenant, &set).await.unwrap());
    }
}

// rule: C4
#[tokio::test]
async fn a_token_that_claims_a_team_and_a_role_gives_neither() {
    let world = world().await;
    let ana = who("ana").admin();
    assert_eq!(Client::open(&world.door(&ana, NEXT_WEEK)).await.err(), Some(403));
    let path = format!("/api/cycles/platform/{NEXT_WEEK}");
    let ask = async |path: &str| {
        web::bearing(world.stack.address, &world.token(&ana), "GET", path, String::new()).await
    };
    assert_eq!(ask(&path).await.refusal(), (403, "FORBIDDEN".to_owned()));
    // Of the team, and nothing said of a role: a viewer, whatever the token claims.
    give(&world, "ana", &["platform"], None).await;
    let mut client = world.join(&ana).await;
    let refused = client.commit(json!([insert("t1", "mine")])).await;
    assert_eq!(refused.rejected()["code"], "FORBIDDEN");
    assert_eq!(ask(&format!("{path}/log")).await.refusal(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(Client::open(&world.door(&ana.clone().in_team("billing"), NEXT_WEEK)).await.err(), Some(403));
}

// rule: W12
#[tokio::test]
async fn a_bearer_whose_token_names_no_team_learns_what_the_directory_gives() {
    let world = world().await;
    let ana = who("ana").admin();
    let me = async || {
        web::bearing(world.stack.address, &world.token(&ana), "GET", "/api/me", String::new()).await.json()
    };
    let before = me().await;
    assert_eq!((&before["role"], &before["teams"]), (&json!("viewer"), &json!([])), "{before}");
    give(&world, "ana", &["billing", "platform"], Some((Role::Editor, 1))).await;
    let after = me().await;
    assert_eq!(
        (&after["role"], &after["teams"]),
        (&json!("editor"), &json!(["billing", "platform"])),
        "{after}"
    );
}

#[tokio::test]
async fn what_the_directory_gives_counts_from_the_next_connection_and_what_it_takes_too() {
    let world = world().await;
    // The least that a token may claim.
    let ben = who("ben").viewer().in_team("nowhere");
    give(&world, "ben", &["platform", "billing"], Some((Role::Editor, 1))).await;
    let door = world.door(&ben.clone().in_team("platform"), NEXT_WEEK);
    let door = harness::client::Door { token: Some(world.token(&ben)), ..door };
    let mut client = Client::join(&door).await;
    // Version 1 is the role, which every new week begins with.
    assert_eq!(client.commit(json!([insert("t1", "mine")])).await.version(), 2);
    give(&world, "ben", &["billing"], Some((Role::Admin, 2))).await;
    assert_eq!(Client::open(&door).await.err(), Some(403));
    let path = format!("/api/cycles/billing/{NEXT_WEEK}/generations");
    let answer = web::bearing(world.stack.address, &world.token(&ben), "GET", &path, String::new()).await;
    assert_ne!(answer.status, 403, "an admin of billing");
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_refuses_nobody_for_good() {
    let world = world().await;
    give(&world, "ana", &["platform"], Some((Role::Editor, 1))).await;
    world.faults.rule(|call| call.sk().starts_with("TEAMS#").then_some(harness::Fault::LoseRequest));
    assert_eq!(Client::open(&world.door(&who("ana"), NEXT_WEEK)).await.err(), Some(500), "and not 403");
    let path = "/api/cycles?team=platform";
    let answer =
        web::bearing(world.stack.address, &world.token(&who("ana")), "GET", path, String::new()).await;
    assert_eq!(answer.refusal(), (503, "BUSY".to_owned()));
    world.faults.clear();
    world.join(&who("ana")).await;
}
