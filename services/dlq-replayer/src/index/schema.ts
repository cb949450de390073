import type { SchemaHistory } from '@millrace/ledger/postgres';

/** The index: a projection of `dlq.*` and `ops.*`, dropped and rebuilt at will. Jobs are kept through a rebuild. */
export const indexHistory: SchemaHistory = {
  schema: 'dlq_replayer',
  migrations: [
    {
      id: '0001-dead-letters',
      sql: `
        CREATE TABLE :schema.dead_letters (
          dlq_id text COLLATE "C" PRIMARY KEY,
          "group" text NOT NULL,
          status text NOT NULL,
          job text,
          status_at bigint NOT NULL,
          fingerprint text NOT NULL,
          code text NOT NULL,
          error_class text NOT NULL,
          error_type text NOT NULL,
          message text NOT NULL,
          step text NOT NULL,
          service text NOT NULL,
          version text NOT NULL,
          attempts int NOT NULL,
          origin_topic text NOT NULL,
          origin_partition int NOT NULL,
          origin_offset bigint NOT NULL,
          origin_timestamp bigint NOT NULL,
          first_failed_at bigint NOT NULL,
          failed_at bigint NOT NULL,
          topic text NOT NULL,
          partition int NOT NULL,
          "offset" bigint NOT NULL,
          bytes int NOT NULL,
          key text,
          event_id text,
          event_type text,
          correlation_id text,
          generation bigint NOT NULL,
          replay_job text,
          replay_of text,
          replay_count int NOT NULL
        );
        CREATE INDEX dead_letters_cause ON :schema.dead_letters ("group", fingerprint);
        CREATE INDEX dead_letters_newest ON :schema.dead_letters (failed_at DESC, dlq_id);
        CREATE INDEX dead_letters_correlation ON :schema.dead_letters (correlation_id);
        CREATE INDEX dead_letters_predecessor ON :schema.dead_letters (replay_of) WHERE replay_of IS NOT NULL;

        CREATE TABLE :schema.acks (
          dlq_id text COLLATE "C" NOT NULL,
          job text COLLATE "C" NOT NULL,
          "group" text NOT NULL,
          outcome text NOT NULL,
          code text,
          event_id text,
          at bigint NOT NULL,
          partition int NOT NULL,
          "offset" bigint NOT NULL,
          PRIMARY KEY (dlq_id, job)
        );
        CREATE INDEX acks_job ON :schema.acks (job);

        CREATE TABLE :schema.positions (
          topic text NOT NULL,
          partition int NOT NULL,
          next_offset bigint NOT NULL,
          PRIMARY KEY (topic, partition)
        );
      `,
    },
    {
      id: '0002-jobs',
      sql: `
        CREATE TABLE :schema.jobs (
          job text COLLATE "C" PRIMARY KEY,
          "group" text NOT NULL,
          state text NOT NULL,
          actor text NOT NULL,
          reason text,
          selection jsonb NOT NULL,
          needs_approval boolean NOT NULL,
          rate_per_second double precision NOT NULL,
          end_offsets jsonb NOT NULL,
          error text,
          created_at bigint NOT NULL,
          updated_at bigint NOT NULL,
          runner text,
          lease_until bigint NOT NULL DEFAULT 0
        );
        CREATE INDEX jobs_running ON :schema.jobs (created_at) WHERE state = 'running';

        CREATE TABLE :schema.job_records (
          job text COLLATE "C" NOT NULL REFERENCES :schema.jobs ON DELETE CASCADE,
          dlq_id text COLLATE "C" NOT NULL,
          topic text NOT NULL,
          partition int NOT NULL,
          "offset" bigint NOT NULL,
          replay_count int NOT NULL,
          fingerprint text NOT NULL,
          state text NOT NULL,
          reason text,
          PRIMARY KEY (job, dlq_id)
        );
        CREATE INDEX job_records_left ON :schema.job_records (job, partition, topic, "offset") WHERE state = 'planned';
      `,
    },
    {
      id: '0003-held-keys',
      sql: `
        ALTER TABLE :schema.dead_letters ADD COLUMN hold text, ADD COLUMN held_at bigint;
        CREATE INDEX dead_letters_lines ON :schema.dead_letters ("group", hold, held_at)
          WHERE hold IS NOT NULL AND status NOT IN ('RESOLVED', 'DISCARDED');
        ALTER TABLE :schema.job_records ADD COLUMN held_at bigint NOT NULL DEFAULT -1;
        DROP INDEX :schema.job_records_left;
        CREATE INDEX job_records_left ON :schema.job_records (job, held_at, partition, topic, "offset") WHERE state = 'planned';
        CREATE INDEX job_records_lines ON :schema.job_records (job) WHERE held_at >= 0;
      `,
    },
  ],
};
