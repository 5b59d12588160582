//! Posts on their way to the sockets: counted, lost or misreported as a test says.
use bytes::Bytes;
use futures::future::BoxFuture;
use platform::broadcast::{Callback, Endpoint, Posted};
use serde_json::Value;
use std::sync::{Arc, Mutex, OnceLock};

/// A post.
#[derive(Clone, Debug)]
pub struct Post {
    /// To whom.
    pub connection_id: String,
    /// The frame.
    pub frame: Value,
}

type Rule = Box<dyn FnMut(&Post) -> Option<Posted> + Send>;

/// The way to the sockets, watched. Clones are the same one.
#[derive(Clone, Default)]
pub struct Posts {
    inner: Arc<OnceLock<Arc<dyn Callback>>>,
    rule: Arc<Mutex<Option<Rule>>>,
    made: Arc<Mutex<Vec<Post>>>,
}

impl Posts {
    /// This, in front of `inner`.
    pub fn wrap(&self, inner: Arc<dyn Callback>) -> Arc<dyn Callback> {
        assert!(self.inner.set(inner).is_ok(), "wrapped twice");
        Arc::new(self.clone())
    }

    /// Asks `rule` about every post from now on: the caller receives the answer that it names, and nothing is sent.
    pub fn rule(&self, rule: impl FnMut(&Post) -> Option<Posted> + Send + 'static) {
        *self.rule.lock().unwrap() = Some(Box::new(rule));
    }

    /// Every post arrives from now on.
    pub fn clear(&self) {
        *self.rule.lock().unwrap() = None;
    }

    /// Every post since the last [`Posts::forget`].
    pub fn made(&self) -> Vec<Post> {
        self.made.lock().unwrap().clone()
    }

    /// How many posts of a frame type there were since the last [`Posts::forget`].
    pub fn count(&self, frame_type: &str) -> usize {
        self.made.lock().unwrap().iter().filter(|post| post.frame["type"] == frame_type).count()
    }

    /// Resets the count.
    pub fn forget(&self) {
        self.made.lock().unwrap().clear();
    }
}

impl Callback for Posts {
    fn post<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        connection_id: &'a str,
        frame: Bytes,
    ) -> BoxFuture<'a, Posted> {
        let value = serde_json::from_slice(&frame).expect("every frame is JSON");
        let post = Post { connection_id: connection_id.to_owned(), frame: value };
        let said = self.rule.lock().unwrap().as_mut().and_then(|rule| rule(&post));
        self.made.lock().unwrap().push(post);
        match said {
            Some(said) => Box::pin(std::future::ready(said)),
            None => self.inner.get().expect("wrapped").post(endpoint, connection_id, frame),
        }
    }

    fn close<'a>(&'a self, endpoint: &'a Endpoint, connection_id: &'a str) -> BoxFuture<'a, Posted> {
        self.inner.get().expect("wrapped").close(endpoint, connection_id)
    }
}
