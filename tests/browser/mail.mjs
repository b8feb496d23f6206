// A mail server that keeps what it is given: as much of RFC 5321 as `hibah serve --smtp` speaks.
import { createServer } from 'node:net';

/** Listens on a port of this machine: its number, and the letters so far as `{ to, subject, text }`. */
export function mail() {
  const letters = [];
  const server = createServer((socket) => {
    let [rest, data, to] = ['', null, ''];
    socket.setEncoding('utf8').write('220 here\r\n');
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      const lines = (rest + piece).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (data === null) {
          const verb = line.split(/[ :]/)[0];
          if (verb === 'RCPT') to = line.replace(/^RCPT TO:<(.*)>$/, '$1');
          if (verb === 'DATA') data = [];
          socket.write({ DATA: '354 go on\r\n', QUIT: '221 bye\r\n' }[verb] ?? '250 yes\r\n');
        } else if (line === '.') {
          const text = data.join('\r\n').replaceAll('=\r\n', '').replaceAll('=3D', '=');
          letters.push({ to, subject: /^Subject: (.*)$/m.exec(text)?.[1].trim(), text });
          data = null;
          socket.write('250 mine\r\n');
        } else data.push(line);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, letters, close: () => server.close() }));
  });
}

/** Waits for the first letter of this subject. */
export async function letter({ letters }, subject) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = letters.find((one) => one.subject === subject);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no letter "${subject}" came: ${letters.map((one) => one.subject).join(', ')}`);
}
