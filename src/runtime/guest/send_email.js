// The send_email binding in local development: nothing is sent, each message is kept as a file.
class SendEmail {
  constructor({ rules, store }) {
    this.rules = rules;
    this.store = store;
  }

  async send(message) {
    const recipients = [message.to].flat();
    for (const recipient of recipients) this.check("to", addressOf(recipient));
    this.check("from", addressOf(message.from));
    const name = `${Date.now()}-${crypto.randomUUID().slice(0, 8)}.eml`;
    const body = message.raw ?? asMessage(message);
    await this.store.fetch(`http://email/${name}`, { method: "PUT", body });
    console.log(`email to ${recipients.map(addressOf).join(", ")} kept as ${name}`);
    return { messageId: name };
  }

  check(field, address) {
    const allowed = this.rules[field];
    if (allowed && !allowed.includes(address)) {
      throw new Error(`email ${field} ${address} is not allowed by this binding`);
    }
  }
}

function addressOf(value) {
  return typeof value === "object" && value !== null ? value.email : String(value);
}

// The structured form of a message, as RFC 5322 text that mail programs open.
function asMessage({ from, to, subject, text, html, headers = {} }) {
  const lines = [
    `From: ${addressOf(from)}`,
    `To: ${[to].flat().map(addressOf).join(", ")}`,
    `Subject: ${subject ?? ""}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${html ? "text/html" : "text/plain"}; charset=utf-8`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${html ?? text ?? ""}`;
}

export default (bindings) => new SendEmail(bindings);
