/** For processes that a test starts: with this module loaded (`NODE_OPTIONS=--import`), they know
 * the toys. */
import './contestants.ts';
