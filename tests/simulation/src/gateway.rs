//! The gateway's rules: sockets open after `$connect`, messages are invocations of their own in any order, posts reach
//! open sockets and answer 410 for others, closes lead to `$disconnect`, mostly.
use crate::{
    invocation::Work,
    outside::{Answer, Ask, Request},
    socket::{Socket, State},
    world::{Event, World},
};
use platform::broadcast::Posted;
use serde_json::Value;

impl World {
    /// A client opens a socket.
    pub(crate) fn open(&mut self, client: usize) {
        let socket = self.sockets.len();
        let (state, authorizer) = (State::Opening, None);
        self.sockets.push(Socket {
            client,
            state,
            authorizer,
            was_open: false,
            was_closed_by_server: false,
            was_disowned: false,
            entered: None,
            era: self.era,
            is_cut: false,
        });
        self.clients[client].socket = Some(socket);
        self.worst_moment(socket);
        let pause = self.latency(10, 80);
        self.after(pause, Event::Upgrade(client, socket));
    }

    pub(crate) fn upgrade(&mut self, _: usize, socket: usize) {
        if self.is_opening(socket) {
            self.start(Work::Authorize(socket));
        }
    }

    pub(crate) fn authorized(&mut self, socket: usize, policy: Option<Value>) {
        let Some(mut policy) = policy else { return self.refuse(socket, 401) };
        if policy["policyDocument"]["Statement"][0]["Effect"] != "Allow" {
            return self.refuse(socket, 403);
        }
        self.sockets[socket].authorizer = policy["context"].take().as_object().cloned();
        let pause = self.latency(1, 10);
        self.after(pause, Event::Connect(socket));
    }

    pub(crate) fn upgraded(&mut self, socket: usize) {
        if self.is_opening(socket) {
            self.sockets[socket].state = State::Open;
            self.sockets[socket].was_open = true;
            self.judge_socket(socket);
            // What an open socket waits for may come late: a page that is asleep, a network that is slow.
            let slowest = if self.random.chance(self.weather.frame_late) { 4_000 } else { 60 };
            let (client, pause) = (self.sockets[socket].client, self.latency(5, slowest));
            self.after(pause, Event::Upgraded(client, socket, 200));
        } else {
            // The client gave up while it was opening: the gateway says goodbye.
            self.disconnected(socket);
        }
    }

    pub(crate) fn refuse(&mut self, socket: usize, status: u16) {
        self.sockets[socket].state = State::Closed;
        let (client, pause) = (self.sockets[socket].client, self.latency(5, 60));
        self.after(pause, Event::Upgraded(client, socket, status));
    }

    /// A client sends a frame.
    pub(crate) fn send(&mut self, client: usize, socket: usize, frame: String) {
        if self.random.chance(self.weather.cut) {
            return self.cut(client, socket);
        }
        if self.sockets[socket].is_cut || self.random.chance(self.weather.frame_lost) {
            return;
        }
        if self.random.chance(self.weather.frame_twice) {
            let pause = self.latency(5, 8_000);
            self.after(pause, Event::Frame(socket, frame.clone()));
        }
        let pause = match self.random.chance(self.weather.frame_late) {
            true => self.latency(500, 9_000),
            false => self.latency(5, 60),
        };
        self.after(pause, Event::Frame(socket, frame));
    }

    /// The network breaks: the client learns it soon, the gateway late or by a failed post.
    pub(crate) fn cut(&mut self, client: usize, socket: usize) {
        if self.sockets[socket].is_cut {
            return;
        }
        self.tell(|| format!("c{socket} of client {client} breaks"));
        self.sockets[socket].is_cut = true;
        let (soon, late) = (self.latency(10, 3_000), self.latency(100, 90_000));
        self.after(soon, Event::Closed(client, socket, true));
        self.after(late, Event::Gone(socket));
    }

    /// A frame arrives at the gateway.
    pub(crate) fn frame(&mut self, socket: usize, text: String) {
        // What the gateway had taken before the socket closed is handled all the same, after `$disconnect` too.
        let state = self.sockets[socket].state;
        let is_behind = state == State::Closed && self.random.chance(self.weather.frame_late);
        if state == State::Open || is_behind {
            self.trace.bytes(text.as_bytes());
            self.start(Work::Default(socket, text));
        }
    }

    /// The gateway closes a socket; `by_server` tells its client.
    pub(crate) fn close(&mut self, socket: usize, by_server: bool) {
        let was = std::mem::replace(&mut self.sockets[socket].state, State::Closed);
        if by_server && was == State::Open {
            let (client, pause) = (self.sockets[socket].client, self.latency(5, 60));
            self.after(pause, Event::Closed(client, socket, false));
        }
        if was == State::Open {
            self.disconnected(socket);
        }
    }

    /// `$disconnect` is best effort: late, twice or never.
    fn disconnected(&mut self, socket: usize) {
        if self.random.chance(self.weather.disconnect_lost) {
            return;
        }
        let pause = if self.random.chance(self.weather.frame_late) { 9_000 } else { 30 };
        let pause = self.latency(1, pause);
        self.after(pause, Event::Disconnect(socket));
        if self.random.chance(self.weather.frame_twice) {
            let again = self.latency(1, 20_000);
            self.after(again, Event::Disconnect(socket));
        }
    }

    /// A post or a close arrives.
    pub(crate) fn posted(&mut self, request: Request) {
        let (id, frame) = match request.ask {
            Ask::Post { connection_id, frame } => (connection_id, Some(frame)),
            Ask::Close { connection_id } => (connection_id, None),
            _ => return,
        };
        let Some(socket) = id.strip_prefix('c').and_then(|n| n.parse::<usize>().ok()) else { return };
        let is_open = self.sockets[socket].state == State::Open;
        let posted = match frame {
            None => {
                self.sockets[socket].was_closed_by_server = true;
                if is_open {
                    self.close(socket, true);
                }
                if is_open { Posted::Delivered } else { Posted::Gone }
            }
            Some(_) if !is_open => Posted::Gone,
            Some(_) if self.random.chance(self.weather.false_gone) => {
                self.tell(|| format!("c{socket} lives and answers 410"));
                self.sockets[socket].was_disowned = true;
                self.sockets[socket].entered = None;
                Posted::Gone
            }
            Some(frame) => self.pass(socket, frame),
        };
        let pause = self.latency(1, 15);
        self.after(pause, Event::Reply(request.slot, Answer::Posted(posted)));
    }

    fn pass(&mut self, socket: usize, frame: String) -> Posted {
        if self.random.chance(self.weather.post_lost) {
            return Posted::Delivered;
        }
        let failed = self.random.chance(self.weather.post_failed);
        if failed && self.random.chance(5_000) {
            return Posted::Failed;
        }
        if self.random.chance(self.weather.post_twice) {
            let again = self.latency(1, 4_000);
            self.after(again, Event::Deliver(self.sockets[socket].client, socket, frame.clone()));
        }
        self.deliver_later(socket, frame);
        if failed { Posted::Failed } else { Posted::Delivered }
    }

    /// A frame goes out to a client.
    pub(crate) fn deliver_later(&mut self, socket: usize, frame: String) {
        let pause = match self.random.chance(self.weather.post_late) {
            true => self.latency(100, 6_000),
            false => self.latency(5, 40),
        };
        self.after(pause, Event::Deliver(self.sockets[socket].client, socket, frame));
    }

    /// A frame arrives at a client.
    pub(crate) fn deliver(&mut self, client: usize, socket: usize, text: &str) {
        if self.sockets[socket].is_cut {
            return;
        }
        self.trace.bytes(text.as_bytes());
        self.tell(|| format!("client {client} hears {}", &text[..text.len().min(300)]));
        let before = self.clients[client].version();
        let heard = self.clients[client].heard(socket, text, &mut self.random);
        self.judge(heard.map_err(|what| format!("{what} (client {client})")));
        if self.clients[client].version() != before {
            self.judge_replica(client);
        }
        self.carry_out(client);
    }

    /// Every open socket breaks at once.
    pub(crate) fn storm(&mut self) {
        self.tell(|| "every socket breaks".into());
        for socket in 0..self.sockets.len() {
            if self.sockets[socket].state == State::Open {
                let client = self.sockets[socket].client;
                self.cut(client, socket);
            }
        }
    }
}
