/** What the contract asks for, as a mapped type: a method without a handler does not compile. */
import type { ContractProcedure, InferSchemaInput, InferSchemaOutput } from '@orpc/contract';
import type { Contract } from '../bridge/contract.ts';

type Handler<P> =
  P extends ContractProcedure<infer I, infer O, infer _Errors, infer _Meta>
    ? (input: InferSchemaOutput<I>, signal: AbortSignal | undefined) => Answer<InferSchemaInput<O>>
    : never;
type Answer<T> = T | Promise<T>;

export type Handlers = {
  readonly [Group in keyof Contract]: {
    readonly [Method in keyof Contract[Group]]: Handler<Contract[Group][Method]>;
  };
};
