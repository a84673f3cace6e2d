/** The door to who we are for a GitHub and where it is, without the SDK. */
export { parseEndpoint } from "./endpoint.ts";
export { sameRepository } from "./remote-url.ts";
export { findToken, gitCredentials } from "./token.ts";
