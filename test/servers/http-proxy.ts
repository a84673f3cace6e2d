import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** A forward proxy on the loopback interface: whole addresses over plain HTTP, tunnels for the rest. */
export class HttpProxyServer {
  readonly #server: Server;
  readonly #credentials: string | undefined;
  readonly #tunnels = new Set<Duplex>();
  /** Every request so far: `GET http://host/path`, `CONNECT host:443`. */
  readonly requests: string[] = [];

  private constructor(credentials: string | undefined) {
    this.#credentials = credentials;
    this.#server = createServer((incoming, response) => this.#forward(incoming, response));
    this.#server.on("connect", (incoming, socket) => this.#tunnel(incoming, socket));
  }

  /** With credentials, `user:password`, every request must carry them. */
  static async start(credentials?: string): Promise<HttpProxyServer> {
    const proxy = new HttpProxyServer(credentials);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    for (const socket of this.#tunnels) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #allows({ headers, method = "", url = "" }: IncomingMessage): boolean {
    this.requests.push(`${method} ${url}`);
    if (this.#credentials === undefined) return true;
    const wanted = `Basic ${Buffer.from(this.#credentials, "utf8").toString("base64")}`;
    return headers["proxy-authorization"] === wanted;
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    if (!this.#allows(incoming)) return void response.writeHead(407).end();
    const { "proxy-authorization": _, ...headers } = incoming.headers;
    const { method } = incoming;
    const onward = request(incoming.url ?? "", { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    incoming.pipe(onward);
  }

  #tunnel(incoming: IncomingMessage, socket: Duplex): void {
    if (!this.#allows(incoming)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    this.#tunnels.add(socket);
    const { hostname, port } = new URL(`http://${incoming.url ?? ""}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  }
}
