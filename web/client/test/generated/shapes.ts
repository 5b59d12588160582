/**
 * One example of everything on the wire, every field of it named. Made from the Rust types by
 * `UPDATE_DOCS=1 cargo test -p cyclesheet-protocol --test shapes`.
 */
export const OPS = {
  "BATCH_UPDATE": {
    "op": "BATCH_UPDATE",
    "taskId": "t1",
    "updates": {
      "status": {
        "newValue": "Done",
        "oldValue": "Blocked"
      }
    }
  },
  "CELL_MODIFY": {
    "column": "status",
    "newValue": "Done",
    "oldValue": "Blocked",
    "op": "CELL_MODIFY",
    "taskId": "t1"
  },
  "COMMENT_ADD": {
    "anchor": "AA==",
    "column": "status",
    "commentId": "c1",
    "doc": "summary",
    "mentions": [
      "ana"
    ],
    "op": "COMMENT_ADD",
    "taskId": "t1",
    "text": "Who has the token?"
  },
  "COMMENT_DELETE": {
    "commentId": "c1",
    "op": "COMMENT_DELETE",
    "replyId": "r1"
  },
  "COMMENT_EDIT": {
    "commentId": "c1",
    "mentions": [
      "ana"
    ],
    "op": "COMMENT_EDIT",
    "replyId": "r1",
    "text": "Who has the token?"
  },
  "COMMENT_REOPEN": {
    "commentId": "c1",
    "op": "COMMENT_REOPEN"
  },
  "COMMENT_REPLY": {
    "commentId": "c1",
    "mentions": [
      "ana"
    ],
    "op": "COMMENT_REPLY",
    "replyId": "r1",
    "text": "Who has the token?"
  },
  "COMMENT_RESOLVE": {
    "commentId": "c1",
    "op": "COMMENT_RESOLVE"
  },
  "CYCLE_SEALED": {
    "op": "CYCLE_SEALED"
  },
  "CYCLE_STALE": {
    "messages": 12,
    "op": "CYCLE_STALE"
  },
  "GENERATED": {
    "generation": 1,
    "messages": 221,
    "model": "command-a-03-2025",
    "note": "command-a-03-2025",
    "op": "GENERATED",
    "origin": "model",
    "part": 1,
    "parts": 1,
    "rows": [
      {
        "carriedFrom": "2026-W46/g1-2",
        "cells": {
          "title": "Rotate the keys"
        },
        "taskId": "g1-1"
      }
    ],
    "summary": "All is well."
  },
  "GENERATION_FAILED": {
    "generation": 1,
    "op": "GENERATION_FAILED",
    "reason": "the model did not answer"
  },
  "GENERATION_STARTED": {
    "generation": 1,
    "leaseMs": 660000,
    "op": "GENERATION_STARTED"
  },
  "HEALTH_SET": {
    "health": "atRisk",
    "op": "HEALTH_SET"
  },
  "MEMBER_RESTORE": {
    "op": "MEMBER_RESTORE",
    "userId": "ana"
  },
  "MEMBER_REVOKE": {
    "op": "MEMBER_REVOKE",
    "userId": "ana"
  },
  "MEMBER_ROLE": {
    "op": "MEMBER_ROLE",
    "role": "editor",
    "userId": "ana"
  },
  "ROW_INSERT": {
    "after": "t0",
    "cells": {
      "title": "Rotate the keys"
    },
    "op": "ROW_INSERT",
    "restored": {
      "carriedFrom": "2026-W46/g1-2",
      "cells": {
        "title": {
          "aiValue": "Rotate keys",
          "author": "cyclesheet",
          "value": "Rotate the keys",
          "version": 2
        }
      },
      "generation": 1,
      "isManuallyEdited": true,
      "position": "a0",
      "taskId": "t1"
    },
    "taskId": "t1"
  },
  "ROW_LOCK": {
    "op": "ROW_LOCK",
    "seconds": 60,
    "taskId": "t1"
  },
  "ROW_MOVE": {
    "after": "t0",
    "op": "ROW_MOVE",
    "taskId": "t1"
  },
  "ROW_REMOVE": {
    "op": "ROW_REMOVE",
    "taskId": "t1"
  },
  "ROW_UNLOCK": {
    "op": "ROW_UNLOCK",
    "taskId": "t1"
  },
  "SAVE_POINT_ADD": {
    "name": "Before planning",
    "op": "SAVE_POINT_ADD"
  },
  "SAVE_POINT_REMOVE": {
    "op": "SAVE_POINT_REMOVE",
    "version": 7
  },
  "TEXT_UPDATE": {
    "doc": "summary",
    "mentions": [
      "ben"
    ],
    "op": "TEXT_UPDATE",
    "update": "AAA="
  },
  "VIEW_ADD": {
    "look": "show=blocked",
    "name": "Blocked by person",
    "op": "VIEW_ADD",
    "viewId": "v-1"
  },
  "VIEW_REMOVE": {
    "op": "VIEW_REMOVE",
    "viewId": "v-1"
  }
} as const;
export const SPARSE_OPS = {
  "COMMENT_ADD": {
    "commentId": "c1",
    "mentions": [],
    "op": "COMMENT_ADD",
    "text": "Who has the token?"
  },
  "COMMENT_DELETE": {
    "commentId": "c1",
    "op": "COMMENT_DELETE"
  },
  "COMMENT_EDIT": {
    "commentId": "c1",
    "mentions": [],
    "op": "COMMENT_EDIT",
    "text": "Who has the token?"
  },
  "GENERATED": {
    "generation": 1,
    "messages": 221,
    "model": null,
    "note": null,
    "op": "GENERATED",
    "origin": "model",
    "part": 1,
    "parts": 1,
    "rows": [
      {
        "cells": {},
        "taskId": "g1-1"
      }
    ],
    "summary": "All is well."
  },
  "ROW_INSERT": {
    "after": null,
    "cells": {},
    "op": "ROW_INSERT",
    "taskId": "t1"
  },
  "ROW_MOVE": {
    "after": null,
    "op": "ROW_MOVE",
    "taskId": "t1"
  },
  "TEXT_UPDATE": {
    "doc": "summary",
    "op": "TEXT_UPDATE",
    "update": "AAA="
  }
} as const;
export const SENT = {
  "change": {
    "base": 57,
    "id": "9f2c61d0.17",
    "ops": [
      {
        "op": "ROW_REMOVE",
        "taskId": "t1"
      }
    ],
    "type": "change"
  },
  "hello": {
    "docs": {
      "summary": "AA=="
    },
    "epoch": "e1",
    "since": 41,
    "type": "hello"
  },
  "ping": {
    "type": "ping",
    "version": 57
  },
  "presence": {
    "state": {
      "cursor": {
        "column": "status",
        "taskId": "t1"
      },
      "docs": {
        "summary": {
          "anchor": "AAECAA==",
          "head": "AAEAAA=="
        }
      },
      "status": "typing"
    },
    "type": "presence"
  },
  "refresh": {
    "type": "refresh"
  },
  "replay": {
    "since": 41,
    "type": "replay"
  }
} as const;
export const RECEIVED = {
  "committed": {
    "changes": [
      {
        "at": 1764000000000,
        "author": {
          "id": "ana",
          "name": "Ana Ruiz"
        },
        "base": 57,
        "id": "9f2c61d0.17",
        "ops": [
          {
            "op": "ROW_REMOVE",
            "taskId": "t1"
          }
        ],
        "role": "editor",
        "version": 58
      }
    ],
    "type": "committed"
  },
  "error": {
    "code": "UNSUPPORTED",
    "message": "no such type",
    "retryable": false,
    "type": "error"
  },
  "joined": {
    "connectionId": "c=",
    "role": "editor",
    "type": "joined",
    "user": {
      "color": "#2559b8",
      "id": "ana",
      "name": "Ana Ruiz"
    }
  },
  "left": {
    "connectionId": "c=",
    "type": "left",
    "user": {
      "color": "#2559b8",
      "id": "ana",
      "name": "Ana Ruiz"
    }
  },
  "pong": {
    "epoch": "e1",
    "type": "pong",
    "version": 58
  },
  "presence": {
    "connectionId": "c=",
    "state": {
      "cursor": {
        "column": "status",
        "taskId": "t1"
      },
      "docs": {
        "summary": {
          "anchor": "AAECAA==",
          "head": "AAEAAA=="
        }
      },
      "status": "typing"
    },
    "type": "presence",
    "user": {
      "color": "#2559b8",
      "id": "ana",
      "name": "Ana Ruiz"
    }
  },
  "rejected": {
    "code": "CONFLICT",
    "current": {
      "value": "Done"
    },
    "id": "9f2c61d0.17",
    "message": "the cell has another value now",
    "retryable": false,
    "type": "rejected",
    "version": 58
  },
  "welcome": {
    "at": 1764000000000,
    "changes": [
      {
        "at": 1764000000000,
        "author": {
          "id": "ana",
          "name": "Ana Ruiz"
        },
        "base": 57,
        "id": "9f2c61d0.17",
        "ops": [
          {
            "op": "ROW_REMOVE",
            "taskId": "t1"
          }
        ],
        "role": "editor",
        "version": 58
      }
    ],
    "connectionId": "c=",
    "connections": [
      {
        "connectionId": "c=",
        "role": "editor",
        "user": {
          "color": "#2559b8",
          "id": "ana",
          "name": "Ana Ruiz"
        }
      }
    ],
    "docs": {
      "summary": {
        "update": "AAA=",
        "version": 57
      }
    },
    "epoch": "e1",
    "notifications": [
      {
        "version": 57
      }
    ],
    "presenceIntervalMs": 250,
    "protocol": 1,
    "reconnectJitterMs": 2000,
    "role": "editor",
    "snapshot": null,
    "snapshotUrl": "/api/cycles/platform/2026-W47",
    "type": "welcome",
    "user": {
      "color": "#2559b8",
      "id": "ana",
      "name": "Ana Ruiz"
    },
    "version": 58
  }
} as const;
export const CHANGE = {
  "at": 1764000000000,
  "author": {
    "id": "ana",
    "name": "Ana Ruiz"
  },
  "base": 57,
  "id": "9f2c61d0.17",
  "ops": [
    {
      "op": "ROW_REMOVE",
      "taskId": "t1"
    }
  ],
  "role": "editor",
  "version": 58
} as const;
export const ROLES = [
  "viewer",
  "editor",
  "admin",
  "system"
] as const;
export const ORIGINS = [
  "model",
  "sample",
  "fallback",
  "empty"
] as const;
export const ACTIVITIES = [
  "active",
  "typing",
  "idle",
  "away"
] as const;
