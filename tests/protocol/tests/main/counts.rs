//! What a change, a join and a leave cost. Posts and requests are the bill: a count that grows is a bug.
use harness::{
    Call, Client, World,
    client::{insert, modify},
    who,
};
use serde_json::json;

/// Calls to DynamoDB, the write units that are billed for them, and posts to sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Budget {
    put: usize,
    update: usize,
    get: usize,
    query: usize,
    delete: usize,
    write_units: usize,
    posts: usize,
}

const ROOM: usize = 5;

/// A change in the steady state: the log entry, the count of the roster, one post each.
const CHANGE: Budget = Budget { put: 1, update: 0, get: 1, query: 0, delete: 0, write_units: 1, posts: ROOM };
/// `$connect`: the user's row, then the denial, the member's row, then the user's other sockets.
const CONNECT: Budget = Budget { put: 2, update: 0, get: 1, query: 1, delete: 0, write_units: 2, posts: 0 };
/// `hello` of a first visit to a cycle that is in memory: the tip before and after the room's row and the count of the
/// roster, the connection map, mentions that wait.
const HELLO: Budget = Budget { put: 1, update: 1, get: 0, query: 4, delete: 0, write_units: 2, posts: ROOM };
/// `hello` with `since`: the read of the log that finds the one entry that was missed, besides.
const HELLO_SINCE: Budget =
    Budget { put: 1, update: 1, get: 0, query: 5, delete: 0, write_units: 2, posts: ROOM };
/// `$disconnect`: both rows and the count of the roster; the count and the connection map for the others.
const LEAVE: Budget =
    Budget { put: 0, update: 1, get: 1, query: 1, delete: 2, write_units: 3, posts: ROOM - 1 };
/// A movement in the steady state: the count of the roster, one post each but to oneself.
const PRESENCE: Budget =
    Budget { put: 0, update: 0, get: 1, query: 0, delete: 0, write_units: 0, posts: ROOM - 1 };
/// A `ping`: the room's own row, the tip, one answer.
const PING: Budget = Budget { put: 0, update: 0, get: 1, query: 1, delete: 0, write_units: 0, posts: 1 };
/// A refusal, which must follow a fresh read: the tip, one answer.
const REFUSAL: Budget = Budget { put: 0, update: 0, get: 0, query: 1, delete: 0, write_units: 0, posts: 1 };

/// A removal, at most: of somebody with two sockets in one of two open cycles, in a room of six. The denial before and
/// after, a log entry in each cycle, the rows of both sockets, which their own `$disconnect` deletes once more; the
/// room receives the removal and the users who left.
const REMOVAL: Budget = Budget { put: 5, update: 2, get: 6, query: 9, delete: 8, write_units: 15, posts: 18 };

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
        assert_eq!(spent(&world), CHANGE, "round {round}");
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
    assert_eq!(spent(&world), LEAVE);

    begin(&world);
    let mut back = Client::open(&world.door(&who("u4"), harness::NEXT_WEEK)).await.unwrap();
    assert_eq!(spent(&world), CONNECT);

    begin(&world);
    back.hello(json!({})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), HELLO);

    begin(&world);
    back.hello(json!({"since": 0, "epoch": epoch})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), HELLO_SINCE);

    // Nothing was missed: nothing is read for it.
    begin(&world);
    back.hello(json!({"since": 1, "epoch": epoch})).await;
    for client in &mut people {
        client.frame_of("joined").await;
    }
    assert_eq!(spent(&world), HELLO);
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
        assert_eq!(spent(&world), Budget { query: read, ..PRESENCE }, "round {round}");
    }
    begin(&world);
    people[0].ping().await;
    assert_eq!(spent(&world), PING);
    begin(&world);
    people[0].commit(json!([modify("nowhere", "status", "", "Done")])).await.rejected();
    assert_eq!(spent(&world), REFUSAL);
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
    let within = |what: fn(&Budget) -> usize| what(&spent) <= what(&REMOVAL);
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
