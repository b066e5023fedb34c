/** Who may speak to the web shell: one-time tokens for addresses, each exchanged once for the secret of a tab. */
import { createHash, randomBytes } from 'node:crypto';

export interface Gate {
  /** A new one-time token, for an address to print or to open. */
  issueToken(): string;
  /** The tab's secret; undefined for a token that was never issued or is used up. */
  redeem(token: string): string | undefined;
  isSecret(text: string): boolean;
}

/** Tokens and secrets live in this process alone: a restart ends every tab's session. */
export function createGate(): Gate {
  // Compared by their hashes, so that no comparison tells how much of a guess was right.
  const tokens = new Set<string>();
  const secrets = new Set<string>();
  const issue = (into: Set<string>): string => {
    const text = randomBytes(32).toString('base64url');
    into.add(fingerprint(text));
    return text;
  };
  return {
    issueToken: () => issue(tokens),
    redeem: (token) => (tokens.delete(fingerprint(token)) ? issue(secrets) : undefined),
    isSecret: (text) => secrets.has(fingerprint(text)),
  };
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
