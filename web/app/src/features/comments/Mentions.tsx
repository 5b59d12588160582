/** The bell: where this person was named, and the way there. */

import { ago, exactly } from "../../lib/time";
import { pageLink } from "../../session/places";
import { useClient, useController } from "../../sheet/context";
import { openDoc } from "../../sheet/docs";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { placeOf as threadPlaceOf } from "../../sheet/model/threads";
import { useServerNow } from "../../sheet/now";
import { openThread } from "../../sheet/openThread";
import { BellIcon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import { type Mention, markMentionsRead, placeOf, useMentions } from "./mentions";

interface Props {
  readonly team: string;
  readonly cycle: string;
}

export function Mentions({ team, cycle }: Props) {
  const controller = useController();
  const user = useClient((state) => state.user?.id);
  const mentions = useMentions();
  const unread = mentions.filter((one) => !one.isRead).length;
  const words = unread === 0 ? "Mentions" : `Mentions, ${unread} new`;
  return (
    <Popover
      label={words}
      align="end"
      className="mentions"
      testId="mentions"
      data={{ "data-unread": unread || undefined }}
      button={
        <>
          <BellIcon />
          {unread > 0 && <span className="badge" aria-hidden="true" data-count={unread} />}
        </>
      }
    >
      {(close) => (
        <List
          mentions={mentions}
          here={{ team, cycle }}
          onSeen={() => user && markMentionsRead(user)}
          onUse={(mention) => {
            close();
            if (mention.commentId) openThread(controller, mention.commentId);
            else if (mention.doc) openDoc(controller, mention.doc);
          }}
        />
      )}
    </Popover>
  );
}

/** The cell, the row or the note that the words are about. */
function Where({ mention }: { mention: Mention }) {
  const tasks = useClient((state) => state.sheet?.tasks);
  const thread = useClient((state) =>
    state.sheet?.comments.find((comment) => comment.commentId === mention.commentId),
  );
  if (!thread || !tasks) return null;
  const { what, where } = threadPlaceOf(thread, tasks, (column) => COLUMN_INFO[column].title);
  return (
    <span className="mention-where muted ellipsis">
      {what}
      {where && (
        <>
          {" · "}
          <bdi>{where}</bdi>
        </>
      )}
    </span>
  );
}

function List({
  mentions,
  here,
  onSeen,
  onUse,
}: {
  mentions: readonly Mention[];
  here: Props;
  onSeen: () => void;
  onUse: (mention: Mention) => void;
}) {
  const now = useServerNow(30_000);
  return (
    <>
      <h2 className="popover-title">Mentions of you</h2>
      {mentions.length === 0 && (
        <p className="muted mentions-none">Nobody has named you in a comment or a note yet.</p>
      )}
      <ul className="mention-list">
        {mentions.map((one) => {
          const isHere = one.team === here.team && one.cycle === here.cycle;
          const inside = (
            <>
              <span className="mention-head">
                <bdi className="words-author">{one.name}</bdi>
                <span className="words-when" title={exactly(one.at)}>
                  {ago(one.at, now)}
                </span>
                {!isHere && (
                  <span className="tag">
                    {one.team} {one.cycle}
                  </span>
                )}
                {!one.isRead && <span className="tag tag-new">new</span>}
              </span>
              <bdi className="mention-text">{one.text || "in a note"}</bdi>
              {isHere && <Where mention={one} />}
            </>
          );
          const place = placeOf(one);
          const key = `${one.cycle}:${one.version}:${place}`;
          const leads = one.commentId
            ? `comment=${encodeURIComponent(one.commentId)}`
            : `note=${encodeURIComponent(one.doc ?? "")}`;
          return (
            <li key={key}>
              {isHere ? (
                <button
                  type="button"
                  className="mention-item"
                  data-testid={`mentioned:${place}`}
                  onClick={() => {
                    onSeen();
                    onUse(one);
                  }}
                >
                  {inside}
                </button>
              ) : (
                <a
                  className="mention-item"
                  data-testid={`mentioned:${place}`}
                  href={`${pageLink(one.team, one.cycle)}&${leads}`}
                  onClick={onSeen}
                >
                  {inside}
                </a>
              )}
            </li>
          );
        })}
      </ul>
      {mentions.some((one) => !one.isRead) && (
        <button type="button" className="button button-small" onClick={onSeen}>
          Mark all as read
        </button>
      )}
    </>
  );
}
