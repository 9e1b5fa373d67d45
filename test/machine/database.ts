/** A database whose directory is persisted, and what a test does with it. */
export interface Database {
  /** The persisted directory. */
  readonly directory: string;
  /** Starts the server if there is one; its data is made at the first start. */
  start(): Promise<void>;
  /** Ends the server as it wants to be ended. */
  stop(): Promise<void>;
  /** Starts a client that connects anew for each query, one right after the other. */
  startQuerying(): QueryingClient;
  /** Begins a transaction that reads and writes. */
  beginTransaction(): Promise<OpenTransaction>;
  /** The number of rows that the querying client wrote. */
  countRows(): Promise<number>;
}

export interface QueryingClient {
  /** How many queries were answered so far. */
  answered(): number;
  /** Ends the client. Returns all that it was answered, and what it was told as errors. */
  stop(): Promise<{ readonly answers: readonly string[]; readonly errors: string }>;
}

/** A transaction that is held open; disposing of it ends its client however things are. */
export interface OpenTransaction extends AsyncDisposable {
  /** The number of rows that the querying client wrote, as this transaction sees it. */
  countRows(): Promise<number>;
  /** Returns what it read of its own row. */
  commit(): Promise<string>;
}
