// Passkeys on the pages for getting in and on a person's account page. A form
// with data-passkey="make" or "sign-in" has a button [data-passkey-do], an
// address data-offer that gives the options, and hidden fields that take what
// the browser answers. The form itself is sent as ever.

type Words = Record<string, string>;

interface Offer {
  challenge: string;
  options: { publicKey: Record<string, unknown> };
}

const bytes = (text: string): ArrayBuffer => {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
};

const text = (buffer: ArrayBuffer | null): string => {
  let raw = "";
  for (const b of new Uint8Array(buffer ?? new ArrayBuffer(0))) raw += String.fromCharCode(b);
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

// decoded turns the base64url of the options into bytes, where WebAuthn wants
// them.
function decoded(options: Record<string, unknown>): Record<string, unknown> {
  const out = { ...options };
  out.challenge = bytes(options.challenge as string);
  const user = options.user as { id: string } | undefined;
  if (user) out.user = { ...user, id: bytes(user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    const keys = options[list] as { id: string }[] | undefined;
    if (keys) out[list] = keys.map((k) => ({ ...k, id: bytes(k.id) }));
  }
  return out;
}

function encoded(c: PublicKeyCredential): string {
  const response: Record<string, unknown> = { clientDataJSON: text(c.response.clientDataJSON) };
  if (c.response instanceof AuthenticatorAttestationResponse) {
    response.attestationObject = text(c.response.attestationObject);
    response.transports = c.response.getTransports?.() ?? [];
  } else if (c.response instanceof AuthenticatorAssertionResponse) {
    response.authenticatorData = text(c.response.authenticatorData);
    response.signature = text(c.response.signature);
    response.userHandle = text(c.response.userHandle);
  }
  return JSON.stringify({
    id: c.id,
    rawId: text(c.rawId),
    type: c.type,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: c.getClientExtensionResults(),
    response,
  });
}

class Trouble extends Error {}

class PasskeyForm {
  private readonly words: Words;
  private waiting?: AbortController;

  constructor(private readonly form: HTMLFormElement) {
    this.words = JSON.parse(form.dataset.words ?? "{}") as Words;
    for (const hidden of form.querySelectorAll<HTMLElement>("[data-passkey-shown]")) hidden.hidden = false;
    for (const need of form.querySelectorAll<HTMLElement>("[data-passkey-need]")) need.hidden = true;
    form.querySelector("[data-passkey-do]")?.addEventListener("click", () => void this.run());
    if (form.dataset.passkey === "sign-in") void this.offerInField();
  }

  private word(key: string): string {
    return this.words["desk.passkey_" + key] ?? key;
  }

  private field(name: string): HTMLInputElement | null {
    return this.form.elements.namedItem(name) as HTMLInputElement | null;
  }

  private async offer(): Promise<Offer> {
    const sent: Record<string, string> = {};
    for (const name of (this.form.dataset.sends ?? "").split(" ")) {
      const value = name && this.field(name)?.value;
      if (value) sent[name] = value;
    }
    let answer: Response;
    try {
      answer = await fetch(this.form.dataset.offer ?? "", {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify(sent),
      });
    } catch {
      throw new Trouble(this.word("offline"));
    }
    const body = (await answer.json()) as Offer & { error?: string; hint?: string };
    if (!answer.ok) throw new Trouble([body.error, body.hint].filter(Boolean).join(" "));
    return body;
  }

  // run asks for a passkey after the button.
  private async run(): Promise<void> {
    this.say("");
    for (const element of Array.from(this.form.elements)) {
      const input = element as HTMLInputElement;
      if (input.name !== "password" && input.name !== "code" && input.willValidate && this.form.dataset.passkey === "make" && !input.reportValidity()) return;
    }
    this.waiting?.abort();
    try {
      const offer = await this.offer();
      const publicKey = decoded(offer.options.publicKey) as unknown;
      const got =
        this.form.dataset.passkey === "make"
          ? await navigator.credentials.create({ publicKey: publicKey as PublicKeyCredentialCreationOptions })
          : await navigator.credentials.get({ publicKey: publicKey as PublicKeyCredentialRequestOptions });
      this.send(offer, got);
    } catch (error) {
      this.say(this.reason(error));
    }
  }

  // offerInField lets the browser offer passkeys in the field of the address.
  private async offerInField(): Promise<void> {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const life = 4 * 60 * 1000; // the server keeps a challenge for five minutes
    for (;;) {
      this.waiting = new AbortController();
      const signal = this.waiting.signal;
      let over = false;
      const timer = window.setTimeout(() => {
        over = true;
        this.waiting?.abort();
      }, life);
      try {
        const offer = await this.offer();
        if (signal.aborted) return;
        const publicKey = decoded(offer.options.publicKey) as unknown as PublicKeyCredentialRequestOptions;
        this.send(offer, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
        return;
      } catch {
        if (!over) return; // the button was pressed, or nobody chose one: the form is there
      } finally {
        window.clearTimeout(timer);
      }
    }
  }

  private send(offer: Offer, got: Credential | null): void {
    if (!(got instanceof PublicKeyCredential)) throw new Trouble(this.word("cancelled"));
    const challenge = this.field("challenge");
    const passkey = this.field("passkey");
    if (!challenge || !passkey) throw new Trouble(this.word("failed"));
    challenge.value = offer.challenge;
    passkey.value = encoded(got);
    this.form.submit(); // without the checks of the fields that are not needed now
  }

  private reason(error: unknown): string {
    if (error instanceof Trouble) return error.message;
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") return this.word("cancelled");
    if (name === "InvalidStateError") return this.word("known");
    return this.word("failed");
  }

  private say(message: string): void {
    const place = this.form.querySelector<HTMLElement>("[data-passkey-wrong]");
    if (!place) return;
    place.hidden = message === "";
    const line = document.createElement("p");
    line.textContent = message;
    place.replaceChildren(line);
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    if (form.dataset.host === location.hostname) new PasskeyForm(form);
  }
}
