/** Who may speak to the web shell: one-time tokens for addresses, each exchanged once for the
 * secret of a tab. */
import { createHash, randomBytes } from 'node:crypto';

export interface Gate {
  /** A new one-time token, for an address to print or to open; `used` is called when it is
   * redeemed. */
  issueToken(used?: () => void): string;
  /** The tab's secret; undefined for a token that was never issued or is used up. */
  redeem(token: string): string | undefined;
  isSecret(text: string): boolean;
}

/** Tokens and secrets live in this process alone: a restart ends every tab's session. */
export function createGate(): Gate {
  // Compared by their hashes, so that no comparison tells how much of a guess was right.
  const tokens = new Map<string, () => void>();
  const secrets = new Set<string>();
  return {
    issueToken: (used = () => undefined) => {
      const token = randomText();
      tokens.set(fingerprint(token), used);
      return token;
    },
    redeem: (token) => {
      const used = tokens.get(fingerprint(token));
      if (used === undefined) return undefined;
      tokens.delete(fingerprint(token));
      const secret = randomText();
      secrets.add(fingerprint(secret));
      used();
      return secret;
    },
    isSecret: (text) => secrets.has(fingerprint(text)),
  };
}

const randomText = (): string => randomBytes(32).toString('base64url');

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
