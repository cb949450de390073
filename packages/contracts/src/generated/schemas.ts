// Made by `npm run generate` from schemas/. Do not edit.
/** Self-contained Avro schemas, as registered. */
export const schemas: Readonly<Record<'webhooksReceived' | 'deliveriesCompleted' | 'transformationsRecorded' | 'referenceRows' | 'opsControl' | 'opsAudit' | 'opsPipelines' | 'opsReplayJob' | 'opsReplayAck' | 'opsDlqStatus' | 'ticketsReceived' | 'ticketsEnriched' | 'ticketsClassified' | 'issuesReceived' | 'issuesEnriched' | 'issuesClassified' | 'messagesReceived' | 'messagesEnriched' | 'messagesClassified' | 'transactionsReceived' | 'transactionsEnriched' | 'transactionsClassified' | 'leadsReceived' | 'leadsEnriched' | 'leadsClassified' | 'tickets' | 'issues' | 'messages' | 'transactions' | 'leads', object>> = {
  "webhooksReceived": {
    "type": "record",
    "name": "WebhookReceived",
    "namespace": "io.millrace.webhooks.v1",
    "doc": "A verified webhook exactly as it came over HTTP: the truth from which everything after can be made again.",
    "fields": [
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance named in the flow file."
      },
      {
        "name": "connector",
        "type": "string",
        "doc": "Connector that verified it."
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway had the whole body, epoch milliseconds."
      },
      {
        "name": "method",
        "type": "string",
        "doc": "HTTP method."
      },
      {
        "name": "path",
        "type": "string",
        "doc": "Request path, credentials masked."
      },
      {
        "name": "query",
        "type": "string",
        "doc": "Query string without the question mark, credentials masked; empty when there is none.",
        "default": ""
      },
      {
        "name": "headers",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "HeaderField",
            "doc": "One header line.",
            "fields": [
              {
                "name": "name",
                "type": "string",
                "doc": "Name as sent."
              },
              {
                "name": "value",
                "type": "string",
                "doc": "Value as sent; secrets are redacted."
              }
            ]
          }
        },
        "doc": "All headers in the order they came.",
        "default": []
      },
      {
        "name": "remoteAddress",
        "type": [
          "null",
          "string"
        ],
        "doc": "Address of the peer.",
        "default": null
      },
      {
        "name": "body",
        "type": [
          "null",
          "bytes"
        ],
        "doc": "The exact body bytes, unless they are claim-checked.",
        "default": null
      },
      {
        "name": "bodyRef",
        "type": [
          "null",
          {
            "type": "record",
            "name": "BodyReference",
            "doc": "Claim check of a body too large for a record.",
            "fields": [
              {
                "name": "ref",
                "type": "string",
                "doc": "What the body store answers to."
              },
              {
                "name": "sha256",
                "type": "string",
                "doc": "Digest of the stored bytes, hex."
              },
              {
                "name": "bytes",
                "type": "long",
                "doc": "Length of the stored bytes."
              }
            ]
          }
        ],
        "doc": "Where the body is when it is not in the record.",
        "default": null
      },
      {
        "name": "bodySha256",
        "type": "string",
        "doc": "Digest of the body before any masking, hex."
      },
      {
        "name": "verification",
        "type": {
          "type": "record",
          "name": "Verification",
          "doc": "How it was proved who sent it.",
          "fields": [
            {
              "name": "verdict",
              "type": "string",
              "doc": "verified, or unsigned where the definition allows it."
            },
            {
              "name": "keyId",
              "type": [
                "null",
                "string"
              ],
              "doc": "Which of the source's secrets matched; never the secret.",
              "default": null
            },
            {
              "name": "scheme",
              "type": "string",
              "doc": "Signature scheme and version."
            },
            {
              "name": "replayProtected",
              "type": "boolean",
              "doc": "True when identity or a timestamp is inside the signed content."
            }
          ]
        },
        "doc": "How it was proved who sent it."
      },
      {
        "name": "identity",
        "type": {
          "type": "record",
          "name": "Identity",
          "doc": "What makes this delivery the same as its repetition.",
          "fields": [
            {
              "name": "kind",
              "type": "string",
              "doc": "pointer, header, body or none."
            },
            {
              "name": "value",
              "type": "string",
              "doc": "The identity itself."
            }
          ]
        },
        "doc": "What duplicates are recognised by."
      },
      {
        "name": "eventType",
        "type": [
          "null",
          "string"
        ],
        "doc": "The vendor's event type, read through the definition's pointer.",
        "default": null
      },
      {
        "name": "subject",
        "type": [
          "null",
          "string"
        ],
        "doc": "The thing it is about, read through the definition's pointer; the record's key.",
        "default": null
      },
      {
        "name": "actor",
        "type": [
          "null",
          "string"
        ],
        "doc": "Who caused it at the vendor; our own integration's id marks an echo.",
        "default": null
      },
      {
        "name": "occurredAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When it happened, as the vendor says, epoch milliseconds.",
        "default": null
      },
      {
        "name": "dedupe",
        "type": {
          "type": "enum",
          "name": "Dedupe",
          "doc": "Whether the request ledger could be asked.",
          "symbols": [
            "checked",
            "unknown"
          ]
        },
        "doc": "Unknown when the ledger was away: a duplicate may follow."
      }
    ]
  },
  "deliveriesCompleted": {
    "type": "record",
    "name": "DeliveryCompleted",
    "namespace": "io.millrace.deliveries.v1",
    "doc": "What one route did with one message.",
    "fields": [
      {
        "name": "route",
        "type": "string",
        "doc": "Route as `<flow>.<route>`."
      },
      {
        "name": "sink",
        "type": "string",
        "doc": "Connector that wrote."
      },
      {
        "name": "entity",
        "type": "string",
        "doc": "Entity of the flow: tickets, issues …"
      },
      {
        "name": "id",
        "type": "string",
        "doc": "Entity key, `<source instance>:<vendor id>`."
      },
      {
        "name": "eventId",
        "type": "string",
        "doc": "Id of the delivered message."
      },
      {
        "name": "outcome",
        "type": {
          "type": "enum",
          "name": "DeliveryOutcome",
          "doc": "What became of it.",
          "symbols": [
            "delivered",
            "superseded",
            "filtered",
            "unchanged"
          ]
        },
        "doc": "delivered wrote; superseded lost to a newer event; filtered did not meet the route's condition; unchanged had nothing to write."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "doc": "Why nothing was written.",
        "default": null
      },
      {
        "name": "destination",
        "type": [
          "null",
          "string"
        ],
        "doc": "What was written where: table and id, channel and timestamp.",
        "default": null
      },
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Sequence of the delivered event.",
        "default": null
      },
      {
        "name": "attempt",
        "type": "int",
        "doc": "1 for the first try, counting retry tiers."
      },
      {
        "name": "durationMs",
        "type": "long",
        "doc": "How long the write took."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was done, epoch milliseconds."
      }
    ]
  },
  "transformationsRecorded": {
    "type": "record",
    "name": "TransformationRecorded",
    "namespace": "io.millrace.transformations.v1",
    "doc": "One change of one message by the transformation layer, before and after.",
    "fields": [
      {
        "name": "stage",
        "type": "string",
        "doc": "Consumer group of the stage that changed it."
      },
      {
        "name": "outcome",
        "type": {
          "type": "enum",
          "name": "TransformationOutcome",
          "doc": "What the stage did.",
          "symbols": [
            "applied",
            "filtered"
          ]
        },
        "doc": "applied made an output; filtered ended the message here."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "doc": "Why it was filtered: echo, no-normaliser …; or, where it was applied, what is not used of it: version-in-the-future.",
        "default": null
      },
      {
        "name": "entity",
        "type": [
          "null",
          "string"
        ],
        "doc": "Entity of the output.",
        "default": null
      },
      {
        "name": "inputId",
        "type": "string",
        "doc": "Event id of the input."
      },
      {
        "name": "outputId",
        "type": [
          "null",
          "string"
        ],
        "doc": "Event id of the output; null when filtered.",
        "default": null
      },
      {
        "name": "patch",
        "type": [
          "null",
          "string"
        ],
        "doc": "JSON Patch (RFC 6902) from before to after; null when filtered or when the input was not JSON.",
        "default": null
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, epoch milliseconds."
      }
    ]
  },
  "referenceRows": {
    "type": "record",
    "name": "ReferenceRow",
    "namespace": "io.millrace.reference.v1",
    "doc": "One row of a reference table; the newest of its key counts, a tombstone deletes it.",
    "fields": [
      {
        "name": "table",
        "type": "string",
        "doc": "Reference table."
      },
      {
        "name": "key",
        "type": "string",
        "doc": "What the row is looked up by."
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "Column → value.",
        "default": {}
      },
      {
        "name": "loadedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was loaded, epoch milliseconds."
      }
    ]
  },
  "opsControl": {
    "type": "record",
    "name": "OpsControl",
    "namespace": "io.millrace.ops.v1",
    "doc": "What an operator wants of a consumer group: the newest record of a group counts until the next, through restarts of every process that runs it.",
    "fields": [
      {
        "name": "command",
        "type": {
          "type": "enum",
          "name": "ControlCommand",
          "doc": "What to do.",
          "symbols": [
            "resume",
            "halt"
          ]
        },
        "doc": "halt keeps the pipeline stopped; resume lifts any halt and reads secrets again."
      },
      {
        "name": "group",
        "type": "string",
        "doc": "Consumer group meant."
      },
      {
        "name": "actor",
        "type": "string",
        "doc": "Who ordered it."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, epoch milliseconds."
      }
    ]
  },
  "opsAudit": {
    "type": "record",
    "name": "OpsAudit",
    "namespace": "io.millrace.ops.v1",
    "doc": "Who did what to the installation, written before it acts.",
    "fields": [
      {
        "name": "action",
        "type": "string",
        "doc": "Verb of the operator API: dlq.redrive, routes.resume, sources.secret …"
      },
      {
        "name": "actor",
        "type": "string",
        "doc": "Who."
      },
      {
        "name": "target",
        "type": "string",
        "doc": "What it was done to."
      },
      {
        "name": "detail",
        "type": [
          "null",
          "string"
        ],
        "doc": "Parameters as JSON; never a secret.",
        "default": null
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, epoch milliseconds."
      }
    ]
  },
  "opsPipelines": {
    "type": "record",
    "name": "OpsPipeline",
    "namespace": "io.millrace.ops.v1",
    "doc": "How one pipeline stands; the newest of its group counts.",
    "fields": [
      {
        "name": "group",
        "type": "string",
        "doc": "Consumer group of the pipeline."
      },
      {
        "name": "service",
        "type": "string",
        "doc": "Service that runs it."
      },
      {
        "name": "instance",
        "type": "string",
        "doc": "Process that says so."
      },
      {
        "name": "state",
        "type": {
          "type": "enum",
          "name": "PipelineState",
          "doc": "How it stands.",
          "symbols": [
            "running",
            "halted",
            "open"
          ]
        },
        "doc": "running works; halted waits for an operator; open waits for its dependency (breaker)."
      },
      {
        "name": "code",
        "type": [
          "null",
          "string"
        ],
        "doc": "Error code that halted or opened it.",
        "default": null
      },
      {
        "name": "since",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Since when, epoch milliseconds."
      }
    ]
  },
  "opsReplayJob": {
    "type": "record",
    "name": "OpsReplayJob",
    "namespace": "io.millrace.ops.v1",
    "doc": "A redrive job as it stands; the newest of its id counts.",
    "fields": [
      {
        "name": "job",
        "type": "string",
        "doc": "Job id."
      },
      {
        "name": "group",
        "type": "string",
        "doc": "Consumer group whose lane is filled."
      },
      {
        "name": "state",
        "type": "string",
        "doc": "planned, running, paused, done, cancelled or failed."
      },
      {
        "name": "actor",
        "type": "string",
        "doc": "Who started it."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "doc": "Why, in the operator's words.",
        "default": null
      },
      {
        "name": "selection",
        "type": "string",
        "doc": "What was selected, as JSON: ids, fingerprint, times."
      },
      {
        "name": "generation",
        "type": "long",
        "doc": "Generation the copies carry."
      },
      {
        "name": "planned",
        "type": "long",
        "doc": "Records in the frozen plan."
      },
      {
        "name": "sent",
        "type": "long",
        "doc": "Records copied into the lane so far."
      },
      {
        "name": "skipped",
        "type": {
          "type": "map",
          "values": "long"
        },
        "doc": "Reason → records left out.",
        "default": {}
      },
      {
        "name": "createdAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was planned, epoch milliseconds."
      },
      {
        "name": "updatedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this state was written, epoch milliseconds."
      }
    ]
  },
  "opsReplayAck": {
    "type": "record",
    "name": "OpsReplayAck",
    "namespace": "io.millrace.ops.v1",
    "doc": "What the target group did with one redriven record; resolved means acknowledged here.",
    "fields": [
      {
        "name": "job",
        "type": "string",
        "doc": "Job that sent it."
      },
      {
        "name": "dlqId",
        "type": "string",
        "doc": "Dead letter it came from."
      },
      {
        "name": "group",
        "type": "string",
        "doc": "Group that handled it."
      },
      {
        "name": "outcome",
        "type": "string",
        "doc": "delivered, emitted, filtered, superseded, discarded or failed-again."
      },
      {
        "name": "code",
        "type": [
          "null",
          "string"
        ],
        "doc": "Error code when it failed again.",
        "default": null
      },
      {
        "name": "eventId",
        "type": [
          "null",
          "string"
        ],
        "doc": "Event id of the record, where it could be decoded.",
        "default": null
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, epoch milliseconds."
      }
    ]
  },
  "opsDlqStatus": {
    "type": "record",
    "name": "OpsDlqStatus",
    "namespace": "io.millrace.ops.v1",
    "doc": "How one dead letter stands; the newest of its id counts.",
    "fields": [
      {
        "name": "dlqId",
        "type": "string",
        "doc": "Dead letter."
      },
      {
        "name": "group",
        "type": "string",
        "doc": "Group that dead-lettered it."
      },
      {
        "name": "status",
        "type": "string",
        "doc": "unresolved, scheduled, redriven, resolved, failed-again, parked, discarded or expired."
      },
      {
        "name": "job",
        "type": [
          "null",
          "string"
        ],
        "doc": "Job that last touched it.",
        "default": null
      },
      {
        "name": "actor",
        "type": [
          "null",
          "string"
        ],
        "doc": "Who last touched it.",
        "default": null
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, epoch milliseconds."
      }
    ]
  },
  "ticketsReceived": {
    "type": "record",
    "name": "TicketReceived",
    "namespace": "io.millrace.tickets.v1",
    "doc": "A canonical ticket as it came in, before anything was added.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Ticket",
          "namespace": "io.millrace.tickets.v1",
          "doc": "A request for support.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the ticket."
            },
            {
              "name": "subject",
              "type": "string",
              "doc": "Subject line."
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What the requester wrote first.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, open, pending, hold, solved, closed.",
              "default": null
            },
            {
              "name": "priority",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's priority in lower case: low, normal, high, urgent.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "How the ticket came in: email, web, chat, api …",
              "default": null
            },
            {
              "name": "requester",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who asks.",
              "default": null
            },
            {
              "name": "tags",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Tags on the ticket.",
              "default": []
            },
            {
              "name": "assignee",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the agent it is assigned to.",
              "default": null
            },
            {
              "name": "group",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the group it is assigned to.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical ticket."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the ticket is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      }
    ]
  },
  "ticketsEnriched": {
    "type": "record",
    "name": "TicketEnriched",
    "namespace": "io.millrace.tickets.v1",
    "doc": "A canonical ticket with what the reference tables say about it.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Ticket",
          "namespace": "io.millrace.tickets.v1",
          "doc": "A request for support.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the ticket."
            },
            {
              "name": "subject",
              "type": "string",
              "doc": "Subject line."
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What the requester wrote first.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, open, pending, hold, solved, closed.",
              "default": null
            },
            {
              "name": "priority",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's priority in lower case: low, normal, high, urgent.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "How the ticket came in: email, web, chat, api …",
              "default": null
            },
            {
              "name": "requester",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who asks.",
              "default": null
            },
            {
              "name": "tags",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Tags on the ticket.",
              "default": []
            },
            {
              "name": "assignee",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the agent it is assigned to.",
              "default": null
            },
            {
              "name": "group",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the group it is assigned to.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical ticket."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the ticket is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      }
    ]
  },
  "ticketsClassified": {
    "type": "record",
    "name": "TicketClassified",
    "namespace": "io.millrace.tickets.v1",
    "doc": "An enriched ticket with the models' judgements.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Ticket",
          "namespace": "io.millrace.tickets.v1",
          "doc": "A request for support.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the ticket."
            },
            {
              "name": "subject",
              "type": "string",
              "doc": "Subject line."
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What the requester wrote first.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, open, pending, hold, solved, closed.",
              "default": null
            },
            {
              "name": "priority",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's priority in lower case: low, normal, high, urgent.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "How the ticket came in: email, web, chat, api …",
              "default": null
            },
            {
              "name": "requester",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who asks.",
              "default": null
            },
            {
              "name": "tags",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Tags on the ticket.",
              "default": []
            },
            {
              "name": "assignee",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the agent it is assigned to.",
              "default": null
            },
            {
              "name": "group",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's id of the group it is assigned to.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical ticket."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the ticket is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      },
      {
        "name": "judgements",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "Judgement",
            "namespace": "io.millrace.judgements.v1",
            "doc": "What a model says about one task, and whether it is sure enough to act on.",
            "fields": [
              {
                "name": "label",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
                "default": null
              },
              {
                "name": "decision",
                "type": {
                  "type": "enum",
                  "name": "Decision",
                  "doc": "Whether the label may be acted on.",
                  "symbols": [
                    "accepted",
                    "abstained"
                  ]
                },
                "doc": "Accepted when confidence passed the label's threshold, else abstained."
              },
              {
                "name": "confidence",
                "type": "double",
                "doc": "Calibrated probability between 0 and 1."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Why the model abstained, in words for a person.",
                "default": null
              },
              {
                "name": "text",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Suggested reply, for tasks that propose text.",
                "default": null
              },
              {
                "name": "contributions",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "Contribution",
                    "doc": "One piece of evidence.",
                    "fields": [
                      {
                        "name": "feature",
                        "type": "string",
                        "doc": "Name of the evidence as the model knows it."
                      },
                      {
                        "name": "weight",
                        "type": "double",
                        "doc": "How much it pushed; negative pushes against."
                      }
                    ]
                  }
                },
                "doc": "The strongest evidence first.",
                "default": []
              },
              {
                "name": "model",
                "type": {
                  "type": "record",
                  "name": "ModelStamp",
                  "doc": "Which model judged, exactly.",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string",
                      "doc": "Pack or model name."
                    },
                    {
                      "name": "version",
                      "type": "string",
                      "doc": "Version of the pack or model."
                    },
                    {
                      "name": "hash",
                      "type": "string",
                      "doc": "SHA-256 of what was loaded, in hex."
                    },
                    {
                      "name": "method",
                      "type": "string",
                      "doc": "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name."
                    }
                  ]
                },
                "doc": "Which model judged."
              }
            ]
          }
        },
        "doc": "Task → judgement.",
        "default": {}
      }
    ]
  },
  "issuesReceived": {
    "type": "record",
    "name": "IssueReceived",
    "namespace": "io.millrace.issues.v1",
    "doc": "A canonical issue as it came in, before anything was added.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Issue",
          "namespace": "io.millrace.issues.v1",
          "doc": "A work item in an issue tracker.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the issue."
            },
            {
              "name": "number",
              "type": [
                "null",
                "long"
              ],
              "doc": "Number within the repository or project.",
              "default": null
            },
            {
              "name": "repository",
              "type": [
                "null",
                "string"
              ],
              "doc": "Repository or project it belongs to, as owner/name.",
              "default": null
            },
            {
              "name": "title",
              "type": "string",
              "doc": "Title."
            },
            {
              "name": "body",
              "type": [
                "null",
                "string"
              ],
              "doc": "Text of the issue.",
              "default": null
            },
            {
              "name": "state",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's state in lower case: open, closed.",
              "default": null
            },
            {
              "name": "labels",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Labels on the issue.",
              "default": []
            },
            {
              "name": "author",
              "type": [
                "null",
                "string"
              ],
              "doc": "Login of who opened it.",
              "default": null
            },
            {
              "name": "action",
              "type": [
                "null",
                "string"
              ],
              "doc": "What happened to it: opened, edited, closed, labeled …",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical issue."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the issue is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      }
    ]
  },
  "issuesEnriched": {
    "type": "record",
    "name": "IssueEnriched",
    "namespace": "io.millrace.issues.v1",
    "doc": "A canonical issue with what the reference tables say about it.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Issue",
          "namespace": "io.millrace.issues.v1",
          "doc": "A work item in an issue tracker.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the issue."
            },
            {
              "name": "number",
              "type": [
                "null",
                "long"
              ],
              "doc": "Number within the repository or project.",
              "default": null
            },
            {
              "name": "repository",
              "type": [
                "null",
                "string"
              ],
              "doc": "Repository or project it belongs to, as owner/name.",
              "default": null
            },
            {
              "name": "title",
              "type": "string",
              "doc": "Title."
            },
            {
              "name": "body",
              "type": [
                "null",
                "string"
              ],
              "doc": "Text of the issue.",
              "default": null
            },
            {
              "name": "state",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's state in lower case: open, closed.",
              "default": null
            },
            {
              "name": "labels",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Labels on the issue.",
              "default": []
            },
            {
              "name": "author",
              "type": [
                "null",
                "string"
              ],
              "doc": "Login of who opened it.",
              "default": null
            },
            {
              "name": "action",
              "type": [
                "null",
                "string"
              ],
              "doc": "What happened to it: opened, edited, closed, labeled …",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical issue."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the issue is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      }
    ]
  },
  "issuesClassified": {
    "type": "record",
    "name": "IssueClassified",
    "namespace": "io.millrace.issues.v1",
    "doc": "An enriched issue with the models' judgements.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Issue",
          "namespace": "io.millrace.issues.v1",
          "doc": "A work item in an issue tracker.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the issue."
            },
            {
              "name": "number",
              "type": [
                "null",
                "long"
              ],
              "doc": "Number within the repository or project.",
              "default": null
            },
            {
              "name": "repository",
              "type": [
                "null",
                "string"
              ],
              "doc": "Repository or project it belongs to, as owner/name.",
              "default": null
            },
            {
              "name": "title",
              "type": "string",
              "doc": "Title."
            },
            {
              "name": "body",
              "type": [
                "null",
                "string"
              ],
              "doc": "Text of the issue.",
              "default": null
            },
            {
              "name": "state",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's state in lower case: open, closed.",
              "default": null
            },
            {
              "name": "labels",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "Labels on the issue.",
              "default": []
            },
            {
              "name": "author",
              "type": [
                "null",
                "string"
              ],
              "doc": "Login of who opened it.",
              "default": null
            },
            {
              "name": "action",
              "type": [
                "null",
                "string"
              ],
              "doc": "What happened to it: opened, edited, closed, labeled …",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical issue."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the issue is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      },
      {
        "name": "judgements",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "Judgement",
            "namespace": "io.millrace.judgements.v1",
            "doc": "What a model says about one task, and whether it is sure enough to act on.",
            "fields": [
              {
                "name": "label",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
                "default": null
              },
              {
                "name": "decision",
                "type": {
                  "type": "enum",
                  "name": "Decision",
                  "doc": "Whether the label may be acted on.",
                  "symbols": [
                    "accepted",
                    "abstained"
                  ]
                },
                "doc": "Accepted when confidence passed the label's threshold, else abstained."
              },
              {
                "name": "confidence",
                "type": "double",
                "doc": "Calibrated probability between 0 and 1."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Why the model abstained, in words for a person.",
                "default": null
              },
              {
                "name": "text",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Suggested reply, for tasks that propose text.",
                "default": null
              },
              {
                "name": "contributions",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "Contribution",
                    "doc": "One piece of evidence.",
                    "fields": [
                      {
                        "name": "feature",
                        "type": "string",
                        "doc": "Name of the evidence as the model knows it."
                      },
                      {
                        "name": "weight",
                        "type": "double",
                        "doc": "How much it pushed; negative pushes against."
                      }
                    ]
                  }
                },
                "doc": "The strongest evidence first.",
                "default": []
              },
              {
                "name": "model",
                "type": {
                  "type": "record",
                  "name": "ModelStamp",
                  "doc": "Which model judged, exactly.",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string",
                      "doc": "Pack or model name."
                    },
                    {
                      "name": "version",
                      "type": "string",
                      "doc": "Version of the pack or model."
                    },
                    {
                      "name": "hash",
                      "type": "string",
                      "doc": "SHA-256 of what was loaded, in hex."
                    },
                    {
                      "name": "method",
                      "type": "string",
                      "doc": "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name."
                    }
                  ]
                },
                "doc": "Which model judged."
              }
            ]
          }
        },
        "doc": "Task → judgement.",
        "default": {}
      }
    ]
  },
  "messagesReceived": {
    "type": "record",
    "name": "MessageReceived",
    "namespace": "io.millrace.messages.v1",
    "doc": "A canonical message as it came in, before anything was added.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Message",
          "namespace": "io.millrace.messages.v1",
          "doc": "Something a person wrote in a conversation.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the message."
            },
            {
              "name": "conversation",
              "type": [
                "null",
                "string"
              ],
              "doc": "The conversation or thread it belongs to: the thing whose order matters.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "Channel, room or inbox.",
              "default": null
            },
            {
              "name": "author",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who wrote it.",
              "default": null
            },
            {
              "name": "text",
              "type": "string",
              "doc": "What was written, as plain text."
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "sentAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it was sent, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical message."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the message is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      }
    ]
  },
  "messagesEnriched": {
    "type": "record",
    "name": "MessageEnriched",
    "namespace": "io.millrace.messages.v1",
    "doc": "A canonical message with what the reference tables say about it.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Message",
          "namespace": "io.millrace.messages.v1",
          "doc": "Something a person wrote in a conversation.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the message."
            },
            {
              "name": "conversation",
              "type": [
                "null",
                "string"
              ],
              "doc": "The conversation or thread it belongs to: the thing whose order matters.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "Channel, room or inbox.",
              "default": null
            },
            {
              "name": "author",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who wrote it.",
              "default": null
            },
            {
              "name": "text",
              "type": "string",
              "doc": "What was written, as plain text."
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "sentAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it was sent, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical message."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the message is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      }
    ]
  },
  "messagesClassified": {
    "type": "record",
    "name": "MessageClassified",
    "namespace": "io.millrace.messages.v1",
    "doc": "An enriched message with the models' judgements.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Message",
          "namespace": "io.millrace.messages.v1",
          "doc": "Something a person wrote in a conversation.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the message."
            },
            {
              "name": "conversation",
              "type": [
                "null",
                "string"
              ],
              "doc": "The conversation or thread it belongs to: the thing whose order matters.",
              "default": null
            },
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "doc": "Channel, room or inbox.",
              "default": null
            },
            {
              "name": "author",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who wrote it.",
              "default": null
            },
            {
              "name": "text",
              "type": "string",
              "doc": "What was written, as plain text."
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "sentAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it was sent, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical message."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the message is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      },
      {
        "name": "judgements",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "Judgement",
            "namespace": "io.millrace.judgements.v1",
            "doc": "What a model says about one task, and whether it is sure enough to act on.",
            "fields": [
              {
                "name": "label",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
                "default": null
              },
              {
                "name": "decision",
                "type": {
                  "type": "enum",
                  "name": "Decision",
                  "doc": "Whether the label may be acted on.",
                  "symbols": [
                    "accepted",
                    "abstained"
                  ]
                },
                "doc": "Accepted when confidence passed the label's threshold, else abstained."
              },
              {
                "name": "confidence",
                "type": "double",
                "doc": "Calibrated probability between 0 and 1."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Why the model abstained, in words for a person.",
                "default": null
              },
              {
                "name": "text",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Suggested reply, for tasks that propose text.",
                "default": null
              },
              {
                "name": "contributions",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "Contribution",
                    "doc": "One piece of evidence.",
                    "fields": [
                      {
                        "name": "feature",
                        "type": "string",
                        "doc": "Name of the evidence as the model knows it."
                      },
                      {
                        "name": "weight",
                        "type": "double",
                        "doc": "How much it pushed; negative pushes against."
                      }
                    ]
                  }
                },
                "doc": "The strongest evidence first.",
                "default": []
              },
              {
                "name": "model",
                "type": {
                  "type": "record",
                  "name": "ModelStamp",
                  "doc": "Which model judged, exactly.",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string",
                      "doc": "Pack or model name."
                    },
                    {
                      "name": "version",
                      "type": "string",
                      "doc": "Version of the pack or model."
                    },
                    {
                      "name": "hash",
                      "type": "string",
                      "doc": "SHA-256 of what was loaded, in hex."
                    },
                    {
                      "name": "method",
                      "type": "string",
                      "doc": "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name."
                    }
                  ]
                },
                "doc": "Which model judged."
              }
            ]
          }
        },
        "doc": "Task → judgement.",
        "default": {}
      }
    ]
  },
  "transactionsReceived": {
    "type": "record",
    "name": "TransactionReceived",
    "namespace": "io.millrace.transactions.v1",
    "doc": "A canonical transaction as it came in, before anything was added.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Transaction",
          "namespace": "io.millrace.transactions.v1",
          "doc": "A movement of money, or the attempt at one.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the transaction."
            },
            {
              "name": "kind",
              "type": [
                "null",
                "string"
              ],
              "doc": "payment, refund, payout, invoice, dispute …",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: pending, succeeded, failed …",
              "default": null
            },
            {
              "name": "amountMinor",
              "type": [
                "null",
                "long"
              ],
              "doc": "Amount in the currency's smallest unit (cents).",
              "default": null
            },
            {
              "name": "currency",
              "type": [
                "null",
                "string"
              ],
              "doc": "ISO 4217 code in upper case.",
              "default": null
            },
            {
              "name": "customer",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who pays or is paid.",
              "default": null
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What it is for.",
              "default": null
            },
            {
              "name": "reference",
              "type": [
                "null",
                "string"
              ],
              "doc": "Id of what it belongs to: an invoice, an order, a subscription.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "occurredAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it happened, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical transaction."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the transaction is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      }
    ]
  },
  "transactionsEnriched": {
    "type": "record",
    "name": "TransactionEnriched",
    "namespace": "io.millrace.transactions.v1",
    "doc": "A canonical transaction with what the reference tables say about it.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Transaction",
          "namespace": "io.millrace.transactions.v1",
          "doc": "A movement of money, or the attempt at one.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the transaction."
            },
            {
              "name": "kind",
              "type": [
                "null",
                "string"
              ],
              "doc": "payment, refund, payout, invoice, dispute …",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: pending, succeeded, failed …",
              "default": null
            },
            {
              "name": "amountMinor",
              "type": [
                "null",
                "long"
              ],
              "doc": "Amount in the currency's smallest unit (cents).",
              "default": null
            },
            {
              "name": "currency",
              "type": [
                "null",
                "string"
              ],
              "doc": "ISO 4217 code in upper case.",
              "default": null
            },
            {
              "name": "customer",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who pays or is paid.",
              "default": null
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What it is for.",
              "default": null
            },
            {
              "name": "reference",
              "type": [
                "null",
                "string"
              ],
              "doc": "Id of what it belongs to: an invoice, an order, a subscription.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "occurredAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it happened, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical transaction."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the transaction is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      }
    ]
  },
  "transactionsClassified": {
    "type": "record",
    "name": "TransactionClassified",
    "namespace": "io.millrace.transactions.v1",
    "doc": "An enriched transaction with the models' judgements.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Transaction",
          "namespace": "io.millrace.transactions.v1",
          "doc": "A movement of money, or the attempt at one.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the transaction."
            },
            {
              "name": "kind",
              "type": [
                "null",
                "string"
              ],
              "doc": "payment, refund, payout, invoice, dispute …",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: pending, succeeded, failed …",
              "default": null
            },
            {
              "name": "amountMinor",
              "type": [
                "null",
                "long"
              ],
              "doc": "Amount in the currency's smallest unit (cents).",
              "default": null
            },
            {
              "name": "currency",
              "type": [
                "null",
                "string"
              ],
              "doc": "ISO 4217 code in upper case.",
              "default": null
            },
            {
              "name": "customer",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who pays or is paid.",
              "default": null
            },
            {
              "name": "description",
              "type": [
                "null",
                "string"
              ],
              "doc": "What it is for.",
              "default": null
            },
            {
              "name": "reference",
              "type": [
                "null",
                "string"
              ],
              "doc": "Id of what it belongs to: an invoice, an order, a subscription.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "occurredAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When it happened, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical transaction."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the transaction is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      },
      {
        "name": "judgements",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "Judgement",
            "namespace": "io.millrace.judgements.v1",
            "doc": "What a model says about one task, and whether it is sure enough to act on.",
            "fields": [
              {
                "name": "label",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
                "default": null
              },
              {
                "name": "decision",
                "type": {
                  "type": "enum",
                  "name": "Decision",
                  "doc": "Whether the label may be acted on.",
                  "symbols": [
                    "accepted",
                    "abstained"
                  ]
                },
                "doc": "Accepted when confidence passed the label's threshold, else abstained."
              },
              {
                "name": "confidence",
                "type": "double",
                "doc": "Calibrated probability between 0 and 1."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Why the model abstained, in words for a person.",
                "default": null
              },
              {
                "name": "text",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Suggested reply, for tasks that propose text.",
                "default": null
              },
              {
                "name": "contributions",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "Contribution",
                    "doc": "One piece of evidence.",
                    "fields": [
                      {
                        "name": "feature",
                        "type": "string",
                        "doc": "Name of the evidence as the model knows it."
                      },
                      {
                        "name": "weight",
                        "type": "double",
                        "doc": "How much it pushed; negative pushes against."
                      }
                    ]
                  }
                },
                "doc": "The strongest evidence first.",
                "default": []
              },
              {
                "name": "model",
                "type": {
                  "type": "record",
                  "name": "ModelStamp",
                  "doc": "Which model judged, exactly.",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string",
                      "doc": "Pack or model name."
                    },
                    {
                      "name": "version",
                      "type": "string",
                      "doc": "Version of the pack or model."
                    },
                    {
                      "name": "hash",
                      "type": "string",
                      "doc": "SHA-256 of what was loaded, in hex."
                    },
                    {
                      "name": "method",
                      "type": "string",
                      "doc": "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name."
                    }
                  ]
                },
                "doc": "Which model judged."
              }
            ]
          }
        },
        "doc": "Task → judgement.",
        "default": {}
      }
    ]
  },
  "leadsReceived": {
    "type": "record",
    "name": "LeadReceived",
    "namespace": "io.millrace.leads.v1",
    "doc": "A canonical lead as it came in, before anything was added.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Lead",
          "namespace": "io.millrace.leads.v1",
          "doc": "Someone who may become a customer.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the lead."
            },
            {
              "name": "person",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who it is.",
              "default": null
            },
            {
              "name": "company",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where they work.",
              "default": null
            },
            {
              "name": "title",
              "type": [
                "null",
                "string"
              ],
              "doc": "Their position.",
              "default": null
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "doc": "Telephone number as given.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, working, qualified, converted …",
              "default": null
            },
            {
              "name": "campaign",
              "type": [
                "null",
                "string"
              ],
              "doc": "What brought them: form, campaign or referrer.",
              "default": null
            },
            {
              "name": "message",
              "type": [
                "null",
                "string"
              ],
              "doc": "What they wrote.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical lead."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the lead is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      }
    ]
  },
  "leadsEnriched": {
    "type": "record",
    "name": "LeadEnriched",
    "namespace": "io.millrace.leads.v1",
    "doc": "A canonical lead with what the reference tables say about it.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Lead",
          "namespace": "io.millrace.leads.v1",
          "doc": "Someone who may become a customer.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the lead."
            },
            {
              "name": "person",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who it is.",
              "default": null
            },
            {
              "name": "company",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where they work.",
              "default": null
            },
            {
              "name": "title",
              "type": [
                "null",
                "string"
              ],
              "doc": "Their position.",
              "default": null
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "doc": "Telephone number as given.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, working, qualified, converted …",
              "default": null
            },
            {
              "name": "campaign",
              "type": [
                "null",
                "string"
              ],
              "doc": "What brought them: form, campaign or referrer.",
              "default": null
            },
            {
              "name": "message",
              "type": [
                "null",
                "string"
              ],
              "doc": "What they wrote.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical lead."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the lead is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      }
    ]
  },
  "leadsClassified": {
    "type": "record",
    "name": "LeadClassified",
    "namespace": "io.millrace.leads.v1",
    "doc": "An enriched lead with the models' judgements.",
    "fields": [
      {
        "name": "sequence",
        "type": [
          "null",
          "string"
        ],
        "doc": "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
        "default": null
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the gateway took it, epoch milliseconds."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Source instance of the flow file, or the client that sent the business event."
      },
      {
        "name": "raw",
        "type": [
          "null",
          {
            "type": "record",
            "name": "RawPosition",
            "namespace": "io.millrace.lineage.v1",
            "doc": "Where the raw record of this entity stands, so that it can be read again.",
            "fields": [
              {
                "name": "topic",
                "type": "string",
                "doc": "Topic of the raw record."
              },
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the raw record."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of the raw record."
              },
              {
                "name": "id",
                "type": "string",
                "doc": "Event id of the raw record."
              }
            ]
          }
        ],
        "doc": "The raw record it was made from; null for business events.",
        "default": null
      },
      {
        "name": "entity",
        "type": {
          "type": "record",
          "name": "Lead",
          "namespace": "io.millrace.leads.v1",
          "doc": "Someone who may become a customer.",
          "fields": [
            {
              "name": "id",
              "type": "string",
              "doc": "The vendor's id of the lead."
            },
            {
              "name": "person",
              "type": [
                "null",
                {
                  "type": "record",
                  "name": "Party",
                  "namespace": "io.millrace.parties.v1",
                  "doc": "A person or organisation on the other side: who asked, wrote or paid.",
                  "fields": [
                    {
                      "name": "id",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The vendor's id of the person.",
                      "default": null
                    },
                    {
                      "name": "name",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "Display name.",
                      "default": null
                    },
                    {
                      "name": "email",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "E-mail address as the vendor gave it.",
                      "default": null
                    },
                    {
                      "name": "emailDomain",
                      "type": [
                        "null",
                        "string"
                      ],
                      "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                      "default": null
                    }
                  ]
                }
              ],
              "doc": "Who it is.",
              "default": null
            },
            {
              "name": "company",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where they work.",
              "default": null
            },
            {
              "name": "title",
              "type": [
                "null",
                "string"
              ],
              "doc": "Their position.",
              "default": null
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "doc": "Telephone number as given.",
              "default": null
            },
            {
              "name": "status",
              "type": [
                "null",
                "string"
              ],
              "doc": "Vendor's status in lower case: new, working, qualified, converted …",
              "default": null
            },
            {
              "name": "campaign",
              "type": [
                "null",
                "string"
              ],
              "doc": "What brought them: form, campaign or referrer.",
              "default": null
            },
            {
              "name": "message",
              "type": [
                "null",
                "string"
              ],
              "doc": "What they wrote.",
              "default": null
            },
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "doc": "Where a person can open it at the vendor.",
              "default": null
            },
            {
              "name": "createdAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor made it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "updatedAt",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "doc": "When the vendor last changed it, epoch milliseconds.",
              "default": null
            },
            {
              "name": "attributes",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
              "default": {}
            }
          ]
        },
        "doc": "The canonical lead."
      },
      {
        "name": "deletion",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Deletion",
            "namespace": "io.millrace.lifecycle.v1",
            "doc": "That a thing is gone where it came from.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "DeletionKind",
                  "doc": "Whether it may come back.",
                  "symbols": [
                    "soft",
                    "permanent"
                  ]
                },
                "doc": "soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times."
              },
              {
                "name": "at",
                "type": {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                },
                "doc": "When it was deleted, epoch milliseconds."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "What kind of going it was, as a word: deleted, merged, spam, transferred …",
                "default": null
              }
            ]
          }
        ],
        "doc": "That the lead is gone at its source; null while it is there, and again when it was restored.",
        "default": null
      },
      {
        "name": "context",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "LookupMatch",
            "namespace": "io.millrace.context.v1",
            "doc": "What one lookup of the flow found in its reference table.",
            "fields": [
              {
                "name": "table",
                "type": "string",
                "doc": "Reference table that was asked."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Key that was looked up; null when the entity has no value there.",
                "default": null
              },
              {
                "name": "found",
                "type": "boolean",
                "doc": "False when the table has no such row."
              },
              {
                "name": "attributes",
                "type": {
                  "type": "map",
                  "values": "string"
                },
                "doc": "The row's columns; empty when not found.",
                "default": {}
              }
            ]
          }
        },
        "doc": "Lookup alias → what was found.",
        "default": {}
      },
      {
        "name": "judgements",
        "type": {
          "type": "map",
          "values": {
            "type": "record",
            "name": "Judgement",
            "namespace": "io.millrace.judgements.v1",
            "doc": "What a model says about one task, and whether it is sure enough to act on.",
            "fields": [
              {
                "name": "label",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
                "default": null
              },
              {
                "name": "decision",
                "type": {
                  "type": "enum",
                  "name": "Decision",
                  "doc": "Whether the label may be acted on.",
                  "symbols": [
                    "accepted",
                    "abstained"
                  ]
                },
                "doc": "Accepted when confidence passed the label's threshold, else abstained."
              },
              {
                "name": "confidence",
                "type": "double",
                "doc": "Calibrated probability between 0 and 1."
              },
              {
                "name": "reason",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Why the model abstained, in words for a person.",
                "default": null
              },
              {
                "name": "text",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Suggested reply, for tasks that propose text.",
                "default": null
              },
              {
                "name": "contributions",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "Contribution",
                    "doc": "One piece of evidence.",
                    "fields": [
                      {
                        "name": "feature",
                        "type": "string",
                        "doc": "Name of the evidence as the model knows it."
                      },
                      {
                        "name": "weight",
                        "type": "double",
                        "doc": "How much it pushed; negative pushes against."
                      }
                    ]
                  }
                },
                "doc": "The strongest evidence first.",
                "default": []
              },
              {
                "name": "model",
                "type": {
                  "type": "record",
                  "name": "ModelStamp",
                  "doc": "Which model judged, exactly.",
                  "fields": [
                    {
                      "name": "name",
                      "type": "string",
                      "doc": "Pack or model name."
                    },
                    {
                      "name": "version",
                      "type": "string",
                      "doc": "Version of the pack or model."
                    },
                    {
                      "name": "hash",
                      "type": "string",
                      "doc": "SHA-256 of what was loaded, in hex."
                    },
                    {
                      "name": "method",
                      "type": "string",
                      "doc": "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name."
                    }
                  ]
                },
                "doc": "Which model judged."
              }
            ]
          }
        },
        "doc": "Task → judgement.",
        "default": {}
      }
    ]
  },
  "tickets": {
    "type": "record",
    "name": "Ticket",
    "namespace": "io.millrace.tickets.v1",
    "doc": "A request for support.",
    "fields": [
      {
        "name": "id",
        "type": "string",
        "doc": "The vendor's id of the ticket."
      },
      {
        "name": "subject",
        "type": "string",
        "doc": "Subject line."
      },
      {
        "name": "description",
        "type": [
          "null",
          "string"
        ],
        "doc": "What the requester wrote first.",
        "default": null
      },
      {
        "name": "status",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's status in lower case: new, open, pending, hold, solved, closed.",
        "default": null
      },
      {
        "name": "priority",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's priority in lower case: low, normal, high, urgent.",
        "default": null
      },
      {
        "name": "channel",
        "type": [
          "null",
          "string"
        ],
        "doc": "How the ticket came in: email, web, chat, api …",
        "default": null
      },
      {
        "name": "requester",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Party",
            "namespace": "io.millrace.parties.v1",
            "doc": "A person or organisation on the other side: who asked, wrote or paid.",
            "fields": [
              {
                "name": "id",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The vendor's id of the person.",
                "default": null
              },
              {
                "name": "name",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Display name.",
                "default": null
              },
              {
                "name": "email",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "E-mail address as the vendor gave it.",
                "default": null
              },
              {
                "name": "emailDomain",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                "default": null
              }
            ]
          }
        ],
        "doc": "Who asks.",
        "default": null
      },
      {
        "name": "tags",
        "type": {
          "type": "array",
          "items": "string"
        },
        "doc": "Tags on the ticket.",
        "default": []
      },
      {
        "name": "assignee",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's id of the agent it is assigned to.",
        "default": null
      },
      {
        "name": "group",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's id of the group it is assigned to.",
        "default": null
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where a person can open it at the vendor.",
        "default": null
      },
      {
        "name": "createdAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor made it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "updatedAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor last changed it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
        "default": {}
      }
    ]
  },
  "issues": {
    "type": "record",
    "name": "Issue",
    "namespace": "io.millrace.issues.v1",
    "doc": "A work item in an issue tracker.",
    "fields": [
      {
        "name": "id",
        "type": "string",
        "doc": "The vendor's id of the issue."
      },
      {
        "name": "number",
        "type": [
          "null",
          "long"
        ],
        "doc": "Number within the repository or project.",
        "default": null
      },
      {
        "name": "repository",
        "type": [
          "null",
          "string"
        ],
        "doc": "Repository or project it belongs to, as owner/name.",
        "default": null
      },
      {
        "name": "title",
        "type": "string",
        "doc": "Title."
      },
      {
        "name": "body",
        "type": [
          "null",
          "string"
        ],
        "doc": "Text of the issue.",
        "default": null
      },
      {
        "name": "state",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's state in lower case: open, closed.",
        "default": null
      },
      {
        "name": "labels",
        "type": {
          "type": "array",
          "items": "string"
        },
        "doc": "Labels on the issue.",
        "default": []
      },
      {
        "name": "author",
        "type": [
          "null",
          "string"
        ],
        "doc": "Login of who opened it.",
        "default": null
      },
      {
        "name": "action",
        "type": [
          "null",
          "string"
        ],
        "doc": "What happened to it: opened, edited, closed, labeled …",
        "default": null
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where a person can open it at the vendor.",
        "default": null
      },
      {
        "name": "createdAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor made it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "updatedAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor last changed it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
        "default": {}
      }
    ]
  },
  "messages": {
    "type": "record",
    "name": "Message",
    "namespace": "io.millrace.messages.v1",
    "doc": "Something a person wrote in a conversation.",
    "fields": [
      {
        "name": "id",
        "type": "string",
        "doc": "The vendor's id of the message."
      },
      {
        "name": "conversation",
        "type": [
          "null",
          "string"
        ],
        "doc": "The conversation or thread it belongs to: the thing whose order matters.",
        "default": null
      },
      {
        "name": "channel",
        "type": [
          "null",
          "string"
        ],
        "doc": "Channel, room or inbox.",
        "default": null
      },
      {
        "name": "author",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Party",
            "namespace": "io.millrace.parties.v1",
            "doc": "A person or organisation on the other side: who asked, wrote or paid.",
            "fields": [
              {
                "name": "id",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The vendor's id of the person.",
                "default": null
              },
              {
                "name": "name",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Display name.",
                "default": null
              },
              {
                "name": "email",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "E-mail address as the vendor gave it.",
                "default": null
              },
              {
                "name": "emailDomain",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                "default": null
              }
            ]
          }
        ],
        "doc": "Who wrote it.",
        "default": null
      },
      {
        "name": "text",
        "type": "string",
        "doc": "What was written, as plain text."
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where a person can open it at the vendor.",
        "default": null
      },
      {
        "name": "sentAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When it was sent, epoch milliseconds.",
        "default": null
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
        "default": {}
      }
    ]
  },
  "transactions": {
    "type": "record",
    "name": "Transaction",
    "namespace": "io.millrace.transactions.v1",
    "doc": "A movement of money, or the attempt at one.",
    "fields": [
      {
        "name": "id",
        "type": "string",
        "doc": "The vendor's id of the transaction."
      },
      {
        "name": "kind",
        "type": [
          "null",
          "string"
        ],
        "doc": "payment, refund, payout, invoice, dispute …",
        "default": null
      },
      {
        "name": "status",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's status in lower case: pending, succeeded, failed …",
        "default": null
      },
      {
        "name": "amountMinor",
        "type": [
          "null",
          "long"
        ],
        "doc": "Amount in the currency's smallest unit (cents).",
        "default": null
      },
      {
        "name": "currency",
        "type": [
          "null",
          "string"
        ],
        "doc": "ISO 4217 code in upper case.",
        "default": null
      },
      {
        "name": "customer",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Party",
            "namespace": "io.millrace.parties.v1",
            "doc": "A person or organisation on the other side: who asked, wrote or paid.",
            "fields": [
              {
                "name": "id",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The vendor's id of the person.",
                "default": null
              },
              {
                "name": "name",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Display name.",
                "default": null
              },
              {
                "name": "email",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "E-mail address as the vendor gave it.",
                "default": null
              },
              {
                "name": "emailDomain",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                "default": null
              }
            ]
          }
        ],
        "doc": "Who pays or is paid.",
        "default": null
      },
      {
        "name": "description",
        "type": [
          "null",
          "string"
        ],
        "doc": "What it is for.",
        "default": null
      },
      {
        "name": "reference",
        "type": [
          "null",
          "string"
        ],
        "doc": "Id of what it belongs to: an invoice, an order, a subscription.",
        "default": null
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where a person can open it at the vendor.",
        "default": null
      },
      {
        "name": "occurredAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When it happened, epoch milliseconds.",
        "default": null
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
        "default": {}
      }
    ]
  },
  "leads": {
    "type": "record",
    "name": "Lead",
    "namespace": "io.millrace.leads.v1",
    "doc": "Someone who may become a customer.",
    "fields": [
      {
        "name": "id",
        "type": "string",
        "doc": "The vendor's id of the lead."
      },
      {
        "name": "person",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Party",
            "namespace": "io.millrace.parties.v1",
            "doc": "A person or organisation on the other side: who asked, wrote or paid.",
            "fields": [
              {
                "name": "id",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The vendor's id of the person.",
                "default": null
              },
              {
                "name": "name",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "Display name.",
                "default": null
              },
              {
                "name": "email",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "E-mail address as the vendor gave it.",
                "default": null
              },
              {
                "name": "emailDomain",
                "type": [
                  "null",
                  "string"
                ],
                "doc": "The part of the e-mail address after the @, in lower case; what accounts are looked up by.",
                "default": null
              }
            ]
          }
        ],
        "doc": "Who it is.",
        "default": null
      },
      {
        "name": "company",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where they work.",
        "default": null
      },
      {
        "name": "title",
        "type": [
          "null",
          "string"
        ],
        "doc": "Their position.",
        "default": null
      },
      {
        "name": "phone",
        "type": [
          "null",
          "string"
        ],
        "doc": "Telephone number as given.",
        "default": null
      },
      {
        "name": "status",
        "type": [
          "null",
          "string"
        ],
        "doc": "Vendor's status in lower case: new, working, qualified, converted …",
        "default": null
      },
      {
        "name": "campaign",
        "type": [
          "null",
          "string"
        ],
        "doc": "What brought them: form, campaign or referrer.",
        "default": null
      },
      {
        "name": "message",
        "type": [
          "null",
          "string"
        ],
        "doc": "What they wrote.",
        "default": null
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "doc": "Where a person can open it at the vendor.",
        "default": null
      },
      {
        "name": "createdAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor made it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "updatedAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "doc": "When the vendor last changed it, epoch milliseconds.",
        "default": null
      },
      {
        "name": "attributes",
        "type": {
          "type": "map",
          "values": "string"
        },
        "doc": "What the vendor said beyond the canon: a small map of names as the vendor spells them.",
        "default": {}
      }
    ]
  }
};
