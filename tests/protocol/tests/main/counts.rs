//! What a change, a join and a leave cost. Posts and requests are the bill: a count that grows is a bug.
use harness::{
    Call, Client, World,
    client::{insert, modify},
    who,
};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// Calls to DynamoDB, the write units that are billed for them, and posts to sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Budget {
    put: usize,
    update: usize,
    get: usize,
    query: usize,
    delete: usize,
    write_units: usize,
    posts: usize,
}

/// People in the room that the budgets are for.
const ROOM: usize = 5;

/// Returns what something may cost. The cost model of the stack is held to the same file.
fn budget(name: &str) -> Budget {
    let budgets: BTreeMap<String, Budget> = serde_json::from_str(include_str!("../../budgets.json")).unwrap();
    budgets[name]
}

fn begin(world: &World) {
    world.faults.forget();
    world.posts.forget();
}

fn spent(world: &World) -> Budget {
    let calls = |operation| world.faults.count(operation);
    let budget = Budget {
        put: calls("PutItem"),
        update: calls("UpdateItem"),
        get: calls("GetItem"),
        query: calls("Query"),
        delete: calls("DeleteItem"),
        write_units: world.faults.calls().iter().map(Call::write_units).sum(),
        posts: world.posts.made().len(),
    };
    assert_eq!(
        budget.put + budget.update + budget.get + budget.query + budget.delete,
        world.faults.calls().len(),
        "no other operation"
    );
    budget
}

async fn room(world: &World) -> Vec<Client> {
    let mut people = Vec::new();
    for n in 0..ROOM {
        people.push(world.join(&who(&format!("u{n}"))).await);
    }
    // What earlier joins had to say has been said.
    for client in &mut people {
        client.ping().await;
    }
    people
}

#[tokio::test]
async fn a_change_in_a_room_of_five_costs_one_put_one_get_and_five_posts() {
    let world = World::new().await;
    let mut people = room(&world).await;
    people[0].commit(json!([insert("t1", "Ship it")])).await.version();
    let mut old = String::new();
    for round in 0..3 * ROOM {
        for client in &mut people {
            client.reach(1 + round as u64).await;
        }
        begin(&world);
        let new = format!("round {round}");
        let version =
            people[round % ROOM].commit(json!([modify("t1", "description", &old, &new)])).await.version();
        for client in &mut people {
            client.reach(version).await;
        }
        assert_eq!(spent(&world), budget("CHANGE"), "round {round}");
        assert_eq!(world.posts.count("committed"), ROOM);
        old = new;
    }
}

#[tokio::test]
async fn a_join_a_leave_and_a_return_cost_what_is_written_here() {
    let world = World::new().await;
    let mut people = room(&world).await;
    people[0].commit(json!([insert("t1", "Ship it")])).await.version();
    for client in &mut people {
        client.reach(1).await;
    }
    let last = people.pop().unwrap();
    begin(&world);
    let gone = last.connection_id().to_owned();
    let epoch = last.welcome["epoch"].clone();
    last.close().await;
    for client in &mut people {
        client.frame("left", |frame| frame["type"] == "left" && frame["connectionId"] == gone.as_str()).await;
    }
    assert_eq!(spent(&world), budget("LEAVE"));

    begin(&world);
    let mut back = Client::open(&world.door(&who("u4"), harness::NEXT_WEEK)).await.unwrap();
    assert_eq!(spent(&world), budget("CONNECT"));

    begin(&world);
    back.hello(json!({})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), budget("HELLO"));

    begin(&world);
    back.hello(json!({"since": 0, "epoch": epoch})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), budget("HELLO_SINCE"));

    // Nothing was missed: nothing is read for it.
    begin(&world);
    back.hello(json!({"since": 1, "epoch": epoch})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), budget("HELLO"));
}

#[tokio::test]
async fn presence_a_ping_and_a_refusal_cost_what_is_written_here() {
    let world = World::new().await;
    let mut people = room(&world).await;
    for round in 0..2 {
        begin(&world);
        people[0].send(json!({"type": "presence", "state": {"status": "active"}})).await;
        for client in &mut people[1..] {
            client.frame_of("presence").await;
        }
        // The first broadcast after somebody has joined or left reads the connection map.
        let read = usize::from(round == 0);
        assert_eq!(spent(&world), Budget { query: read, ..budget("PRESENCE") }, "round {round}");
    }
    begin(&world);
    people[0].ping().await;
    assert_eq!(spent(&world), budget("PING"));
    begin(&world);
    people[0].commit(json!([modify("nowhere", "status", "", "Done")])).await.rejected();
    assert_eq!(spent(&world), budget("REFUSAL"));
}

#[tokio::test]
async fn a_removal_costs_what_is_written_here() {
    let world = World::new().await;
    let mut people = room(&world).await;
    let mut boss = world.join(&who("boss").admin()).await;
    world.join_week(&who("u3"), harness::THIS_WEEK).await.close().await;
    let mut gone = vec![people.pop().unwrap(), world.join(&who("u4")).await];
    for client in people.iter_mut().chain(&mut gone).chain([&mut boss]) {
        client.ping().await;
    }
    begin(&world);
    boss.commit(json!([{"op": "MEMBER_REVOKE", "userId": "u4"}])).await.version();
    for socket in &mut gone {
        socket.end().await;
    }
    // In whatever order.
    for _ in &gone {
        boss.frame_of("left").await;
    }
    let spent = spent(&world);
    let within = |what: fn(&Budget) -> usize| what(&spent) <= what(&budget("REMOVAL"));
    assert!(
        within(|b| b.put)
            && within(|b| b.update)
            && within(|b| b.get)
            && within(|b| b.query)
            && within(|b| b.delete),
        "{spent:?}"
    );
    assert!(within(|b| b.write_units) && within(|b| b.posts), "{spent:?}");
}
