// What a plugin's author uses; README.md has the tour.
export { register } from "./dispatch";
export { env } from "./env";
export { fail } from "./failure";
export { files } from "./files";
export { Answer, ask } from "./host";
export { Request, Response } from "./http";
export { log } from "./log";
export { Call, Node } from "./node";
export { now, randomFill } from "./random";
export { store } from "./store";
export { stream } from "./stream";
export { Kind, Value } from "./value";
