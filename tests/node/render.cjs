// usage: node render.cjs DOTS_PER_MM IN.zpl OUT.png ...   Renders each label of 4x6 inch to a picture.
const { readFileSync, writeFileSync } = require("fs");
const { ready } = require("zpl-renderer-js");

async function main([dotsPerMm, ...files]) {
  const { api } = await ready;
  for (let at = 0; at < files.length; at += 2) {
    const picture = await api.zplToBase64Async(readFileSync(files[at], "utf8"), 101.6, 152.4, Number(dotsPerMm));
    writeFileSync(files[at + 1], Buffer.from(picture, "base64"));
  }
  process.exit(0);
}
main(process.argv.slice(2));
