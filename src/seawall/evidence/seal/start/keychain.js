// Generations of the sealer's key: a key that retires signs the one that follows. Whoever was told an earlier key's id
// can follow the chain to the key that signed the pack.

const KEYS = "seal/keys/";

// Fingerprints of all generations up to `last`, oldest first. A pack of a first generation holds no such files. Where
// the browser cannot check signatures, only the signing key itself is named.
async function readChain(pack, last, found) {
  if (!pack.has(`${KEYS}0001.pem`)) return [last];
  const keys = [];
  for (let generation = 1; pack.has(`${KEYS}${numbered(generation)}.pem`); generation++) {
    const stem = `${KEYS}${numbered(generation)}`;
    const key = readKey((await whole(pack, `${stem}.pem`)) || new Uint8Array(0));
    const state = key && (generation === 1 ? "good" : await handedOver(pack, stem, keys[keys.length - 1], key, generation));
    if (state === "unable") return [last];
    if (state !== "good") {
      found.add(`${stem}.pem`, "check.chain_broken", { generation });
      return [last];
    }
    keys.push(key);
  }
  const chain = keys.map((key) => hex(sha256(key)));
  if (chain[chain.length - 1] === last) return chain;
  found.add(`${KEYS}${numbered(keys.length)}.pem`, "check.chain_other", { key: last.slice(0, 16) });
  return [last];
}

const numbered = (generation) => String(generation).padStart(4, "0");

async function handedOver(pack, stem, old, key, generation) {
  const [statement, signature] = await Promise.all([whole(pack, `${stem}.json`), whole(pack, `${stem}.sig`)]);
  const said = statement && parsed(statement);
  if (!said || !signature) return "bad";
  const wanted = JSON.stringify({
    at: said.at, format: "seawall-key/1", generation, new_fingerprint: hex(sha256(key)), new_public_key: hex(key),
    old_fingerprint: hex(sha256(old)),
  });
  return utf8.decode(statement) === wanted ? signatureState(old, statement, signature) : "bad";
}
