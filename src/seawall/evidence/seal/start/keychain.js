// The root, signed by itself, and the generations of the sealer's key: a key that retires signs the one that follows.
// Whoever was told an earlier key's id can follow the chain to the key that signed the pack.

const KEYS = "seal/keys/";
const ROOT = "seal/root.json";
const ROOT_SIGNATURE = "seal/root.sig";

// What stands in root.json must follow from the list of files, and the key must have signed it. Packs from before
// there were signed roots have neither.
async function checkRoot(pack, manifest, found) {
  if (!pack.has(ROOT) && !pack.has(ROOT_SIGNATURE)) return;
  const [stated, signature, pem] = await Promise.all(
    [ROOT, ROOT_SIGNATURE, "seal/public.pem"].map((name) => whole(pack, name)),
  );
  const key = pem && readKey(pem);
  if (!stated || !signature || !key) return; // named where the files are checked
  const { incident, is_simulated, key_fingerprint, label, sealed_at, tree } = manifest;
  const { carried, orders, root, size } = tree;
  const wanted = encoder.encode(JSON.stringify({
    format: "seawall-root/1", incident, is_simulated, key_fingerprint, key_id: String(key_fingerprint).slice(0, 16),
    label, sealed_at, tree: { carried, orders, root, size },
  }));
  if (hex(sha256(stated)) !== hex(sha256(wanted))) found.add(ROOT, "verify_root_statement_differs");
  if ((await signatureState(key, wanted, signature)) === "bad") {
    found.add(ROOT_SIGNATURE, "verify_root_signature_wrong", { key: hex(sha256(key)).slice(0, 16) });
  }
}

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
