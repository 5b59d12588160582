/**
 * Names that the wire fixes.
 * Made from shared/protocol/src/lib.rs and shared/sheet/src/change.rs by `make contract`: do not edit.
 */
/** The version of the protocol, raised for breaking changes only. */
export const PROTOCOL_VERSION = 1;
/** The subprotocol that a client offers and the server answers. */
export const SUBPROTOCOL = "cyclesheet.v1";
/** The prefix of the subprotocol that carries the token; the server never answers it. */
export const BEARER_SUBPROTOCOL = "bearer.";
/** The id under which the system itself writes. No person may have it. */
export const SYSTEM_ID = "cyclesheet";
/** The system's name on a screen. */
export const SYSTEM_NAME = "Cyclesheet";
/** The ops that a client may send. */
export const PERSON_OPS = ["CELL_MODIFY","BATCH_UPDATE","ROW_INSERT","ROW_REMOVE","ROW_MOVE","ROW_LOCK","ROW_UNLOCK","COMMENT_ADD","COMMENT_REPLY","COMMENT_EDIT","COMMENT_DELETE","COMMENT_RESOLVE","COMMENT_REOPEN","TEXT_UPDATE","SAVE_POINT_ADD","SAVE_POINT_REMOVE","HEALTH_SET","VIEW_ADD","VIEW_REMOVE","MEMBER_REVOKE","MEMBER_RESTORE","MEMBER_ROLE"] as const;
