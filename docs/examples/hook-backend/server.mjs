// A backend for MediaGateway's hooks in the style of WCS: prints every call and answers it. Node 18 or later, no packages.
//
//   ?deny=connect | publishStream | playStream | 1   refuses that call, or all
//   ?rename=other                                     publishes, or plays, the stream under another name
//
// TOKEN=secret node server.mjs   also refuses whoever does not bring ?token=secret with the stream or the connection.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 9000);
const token = process.env.TOKEN;
const largestBody = 256 * 1024;
const questions = ['connect', 'publishStream', 'playStream', 'availableStream'];

/** The parameters of the connections that were let in, by sessionId: a stream may rely on its connection's. */
const connections = new Map();

/** Errors and refusals count, and the backend may rename streams. */
const rule = { restOnError: 'FAIL', restPolicy: 'OVERWRITE', restOverwrite: 'name', restExclude: 'sdp', clientExclude: '' };
const restClientConfig = { publishStream: rule, playStream: rule, availableStream: { ...rule, restPolicy: 'NOTIFY' } };

function decide(method, call) {
  const custom = { ...connections.get(call.sessionId), ...call.custom };
  if (custom.deny === '1' || custom.deny === method) {
    return [403, { info: `The example backend refuses ${method} because of ?deny=${custom.deny}` }];
  }

  // RTMP clients bring the token with the stream, which comes after connect.
  if (token !== undefined && method !== 'connect' && custom.token !== token) {
    return [403, { info: 'The example backend wants ?token=' }];
  }

  if (method === 'connect') {
    connections.set(call.sessionId, call.custom ?? {});
    return [200, { ...call, restClientConfig }];
  }

  return [200, { ...call, name: custom.rename ?? call.name }];
}

function answer(method, call) {
  if (method === 'ConnectionStatusEvent' && call.status === 'DISCONNECTED') {
    connections.delete(call.sessionId);
  }

  return questions.includes(method) ? decide(method, call) : [200, call];
}

async function read(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part;
    if (text.length > largestBody) {
      throw new Error('The call is too long.');
    }
  }

  return JSON.parse(text);
}

createServer(async (request, response) => {
  const method = new URL(request.url, 'http://localhost').pathname.split('/').pop();
  let status = 400;
  let body = {};
  try {
    const call = await read(request);
    [status, body] = answer(method, call);
    const shown = { ...call, sdp: call.sdp === undefined ? undefined : `(${call.sdp.length} characters)` };
    console.log(`${new Date().toISOString()} ${method} -> ${status}\n  ${JSON.stringify(shown)}`);
  } catch (error) {
    console.log(`${new Date().toISOString()} ${method} -> ${status} ${error.message}`);
  }

  response.writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8' }).end(JSON.stringify(body));
}).listen(port, '127.0.0.1', function () {
  console.log(`Listening on http://127.0.0.1:${this.address().port}`);
});
