// The exports of Pocket's plugin ABI 1. The file that asc compiles has to export them on:
//
//     export * from "@pocket/assemblyscript-sdk/assembly/abi";
import { answer } from "./dispatch";
import { reseed } from "./random";
import { Writer } from "./writer";

const response: Writer = new Writer();

export function __pocket_alloc(size: usize): usize {
  return heap.alloc(size);
}

/** There is no `__pocket_free`: the response's room is used again. */
export function __pocket_call(request: usize, length: usize): u64 {
  answer(request, length, response);
  heap.free(request);
  return ((response.start as u64) << 32) | (response.length as u64);
}

export function __pocket_resume(): void {
  reseed();
}
