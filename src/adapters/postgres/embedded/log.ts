// What the supervisor has to say to the operator; a pino logger fits.
export type EmbeddedLog = {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
};
