//! What the functions write is what the generated contract describes.
use protocol::server::{Notification, notification};
use serde_json::Value;
use sheet::{CommentId, DocName, Name, RowId, TimestampMs};
use store::mentions::Mention;

#[test]
fn a_mention_that_the_store_keeps_is_the_notification_of_the_contract() {
    let about_a_thread = Mention {
        team: Name::new("platform").unwrap(),
        cycle: "2026-W47".parse().unwrap(),
        version: 7,
        comment_id: Some(CommentId::new("c1").unwrap()),
        doc: None,
        task_id: Some(RowId::new("t1").unwrap()),
        by: Name::new("ana").unwrap(),
        name: "Ana Ruiz".into(),
        text: "look at this".into(),
        at: TimestampMs(1_795_000_000_000),
    };
    let about_a_document =
        Mention { comment_id: None, doc: Some(DocName::summary()), task_id: None, ..about_a_thread.clone() };
    for note in [about_a_thread, about_a_document] {
        let written: Value = serde_json::from_str(&notification(&note)).unwrap();
        let described: Notification = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(described).unwrap(), written, "no field more, no field less");
    }
}
