// Interop is a client of a hibah ledger that shares no code with hibah: it reads the tiles as C2SP tlog-tiles lays them
// out and judges them with the Go project's sumdb/note and sumdb/tlog.
//
//	go run . URL|DIR VKEY
//
// VKEY is or was a ledger key of that ledger. Which keys must have signed a checkpoint, the entries say.
//
// It stops with exit code 1 and one sentence at the first thing that is wrong.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileWidth    = 256
	receiptCount = 64 // receipts checked at least, or all of a smaller ledger
)

// ledger is what the client knows: the place it reads, the key it trusts, and what it recomputed from the entries.
type ledger struct {
	place    string
	vkey     string
	verifier note.Verifier
	keys     []ledgerKey
	tree     tlog.Tree
	leaves   []tlog.Hash
	stored   []tlog.Hash // in the order of tlog.StoredHashIndex
}

// ledgerKey is a key that signs checkpoints: the founding's, or one that a ledger.rekeyed brought.
type ledgerKey struct {
	vkey     string
	verifier note.Verifier
	since    int64
	ended    int64 // -1 as long as it is in force
}

// signs tells whether the key must sign the checkpoint of this size: it covers the entry that brought the key and does
// not cover the one that retired it.
func (k ledgerKey) signs(size int64) bool {
	return k.since < size && (k.ended < 0 || size <= k.ended)
}

// id is name and key hash, as a statement spells them.
func (k ledgerKey) id() string {
	return fmt.Sprintf("%s+%08x", k.verifier.Name(), k.verifier.KeyHash())
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . URL|DIR VKEY")
		os.Exit(2)
	}
	if err := check(strings.TrimSuffix(os.Args[1], "/"), os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "interop: %v\n", err)
		os.Exit(1)
	}
}

func check(place, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("the verifier key %q: %w", vkey, err)
	}
	l := &ledger{place: place, vkey: vkey, verifier: verifier}
	signed, err := l.fetch("checkpoint")
	if err != nil {
		return err
	}
	if l.tree, err = l.readCheckpoint(signed); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if l.tree.N == 0 {
		return fmt.Errorf("the ledger is empty, so that nothing can be checked")
	}
	bundles, err := l.readEntries()
	if err != nil {
		return err
	}
	if _, err := l.openCheckpoint(signed); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	root, err := tlog.TreeHash(l.tree.N, l)
	if err != nil {
		return err
	}
	if root != l.tree.Hash {
		return fmt.Errorf("the checkpoint's root is %v, the entries' is %v", l.tree.Hash, root)
	}
	tiles, tileBytes, err := l.checkTiles()
	if err != nil {
		return err
	}
	proofs, err := l.checkConsistency()
	if err != nil {
		return err
	}
	receipts := "receipts: left out, a directory has none"
	if l.isURL() {
		count, err := l.checkReceipts()
		if err != nil {
			return err
		}
		receipts = fmt.Sprintf("receipts: %d, each an inclusion proof under a signed checkpoint", count)
	}
	fmt.Printf("%s, size %d, root %v\n", verifier.Name(), l.tree.N, root)
	for _, key := range l.signing(l.tree.N) {
		fmt.Printf("checkpoint: signature of %s\n", key.id())
	}
	for _, key := range l.keys {
		if key.vkey == vkey && !key.signs(l.tree.N) {
			fmt.Printf("warning: entry %d retired the key %s, which vouches for nothing here\n", key.ended, key.id())
		}
	}
	fmt.Printf("entries: %d in %d bundles, each with its index and the leaf hash before it\n", l.tree.N, bundles)
	fmt.Printf("hash tiles: %d, all %d bytes as recomputed\n", tiles, tileBytes)
	fmt.Printf("consistency: %d proofs from older sizes\n", proofs)
	fmt.Println(receipts)
	return nil
}

func (l *ledger) isURL() bool {
	return strings.HasPrefix(l.place, "http://") || strings.HasPrefix(l.place, "https://")
}

func (l *ledger) fetch(path string) ([]byte, error) {
	if !l.isURL() {
		return os.ReadFile(filepath.Join(l.place, filepath.FromSlash(path)))
	}
	client := http.Client{Timeout: time.Minute}
	response, err := client.Get(l.place + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", response.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// signing lists the keys that must sign the checkpoint of this size.
func (l *ledger) signing(size int64) []ledgerKey {
	var keys []ledgerKey
	for _, key := range l.keys {
		if key.signs(size) {
			keys = append(keys, key)
		}
	}
	return keys
}

// openCheckpoint verifies the signature of every key in force at the size of the note and reads its three lines.
func (l *ledger) openCheckpoint(signed []byte) (tlog.Tree, error) {
	tree, err := l.readCheckpoint(signed)
	if err != nil {
		return tlog.Tree{}, err
	}
	known := false
	for _, key := range l.keys {
		known = known || key.vkey == l.vkey
	}
	keys := l.signing(tree.N)
	if !known || len(keys) == 0 {
		return tlog.Tree{}, fmt.Errorf("the ledger never named the key %s", l.vkey)
	}
	for _, key := range keys {
		if _, err := note.Open(signed, note.VerifierList(key.verifier)); err != nil {
			return tlog.Tree{}, fmt.Errorf("the signature of %s: %w", key.id(), err)
		}
	}
	return tree, nil
}

// readCheckpoint reads the three lines of a note, unverified. tlog.ParseTree is not for it: it wants Go's own first line.
func (l *ledger) readCheckpoint(signed []byte) (tlog.Tree, error) {
	text, _, found := strings.Cut(string(signed), "\n\n")
	lines := strings.Split(text, "\n")
	if !found || len(lines) != 3 || lines[0] != l.verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not the three lines of a checkpoint of %s: %q", l.verifier.Name(), text)
	}
	size, err := decimal(lines[1])
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// decimal reads a number in its one spelling: no sign, no leading zero.
func decimal(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 || strconv.FormatInt(number, 10) != text {
		return 0, fmt.Errorf("%q is not a decimal number in its one spelling", text)
	}
	return number, nil
}

// tilePath is C2SP's: no height, and level "entries" for the bundles.
func tilePath(level string, number int64, width int) string {
	path := fmt.Sprintf("%03d", number%1000)
	for number /= 1000; number > 0; number /= 1000 {
		path = fmt.Sprintf("x%03d/%s", number%1000, path)
	}
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + path
}

// widths calls visit with the number and the width of each tile over count hashes or entries.
func widths(count int64, visit func(number int64, width int) error) error {
	for number := int64(0); number*tileWidth < count; number++ {
		width := count - number*tileWidth
		if width > tileWidth {
			width = tileWidth
		}
		if err := visit(number, int(width)); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) readEntries() (bundles int, err error) {
	err = widths(l.tree.N, func(number int64, width int) error {
		path := tilePath("entries", number, width)
		bundle, err := l.fetch(path)
		if err != nil {
			return err
		}
		for i := 0; i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s ends within entry %d", path, len(l.leaves))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if err := l.addEntry(bundle[2:end]); err != nil {
				return fmt.Errorf("entry %d: %w", len(l.leaves), err)
			}
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return fmt.Errorf("%s has %d bytes after its last entry", path, len(bundle))
		}
		bundles++
		return nil
	})
	return bundles, err
}

func (l *ledger) addEntry(entry []byte) error {
	index := int64(len(l.leaves))
	previous := tlog.Hash{}
	if index > 0 {
		previous = l.leaves[index-1]
	}
	header := fmt.Sprintf("hibah/entry/v1\n%d\n%x\n", index, previous[:])
	if !bytes.HasPrefix(entry, []byte(header)) {
		return fmt.Errorf("it does not begin with its index and the leaf hash of the entry before it")
	}
	if err := l.learnKeys(index, entry); err != nil {
		return err
	}
	leaf := tlog.RecordHash(entry)
	hashes, err := tlog.StoredHashesForRecordHash(index, leaf, l)
	if err != nil {
		return err
	}
	l.leaves = append(l.leaves, leaf)
	l.stored = append(l.stored, hashes...)
	return nil
}

// learnKeys takes over what the entry says of the ledger's own keys.
func (l *ledger) learnKeys(index int64, entry []byte) error {
	_, statement, _ := bytes.Cut(entry, []byte("\n\n"))
	lines := strings.SplitN(string(statement), "\n", 5)
	if len(lines) != 5 {
		return fmt.Errorf("it holds no statement of four lines")
	}
	kind := lines[2]
	if kind != "ledger.founded" && kind != "ledger.rekeyed" {
		return nil
	}
	var said struct {
		Body struct {
			Keys struct {
				Ledger string `json:"ledger"`
			} `json:"keys"`
			LedgerKey string `json:"ledger_key"`
			Retires   string `json:"retires"`
		} `json:"body"`
	}
	if err := json.Unmarshal([]byte(lines[3]), &said); err != nil {
		return err
	}
	for i := range l.keys {
		if l.keys[i].id() == said.Body.Retires {
			l.keys[i].ended = index
		}
	}
	brought := said.Body.LedgerKey
	if kind == "ledger.founded" {
		brought = said.Body.Keys.Ledger
	}
	if brought == "" {
		return nil
	}
	verifier, err := note.NewVerifier(brought)
	if err != nil {
		return fmt.Errorf("the ledger key %q: %w", brought, err)
	}
	l.keys = append(l.keys, ledgerKey{vkey: brought, verifier: verifier, since: index, ended: -1})
	return nil
}

// ReadHashes makes the ledger a tlog.HashReader over what was recomputed.
func (l *ledger) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		if index >= int64(len(l.stored)) {
			return nil, fmt.Errorf("stored hash %d is not known yet", index)
		}
		hashes = append(hashes, l.stored[index])
	}
	return hashes, nil
}

func (l *ledger) checkTiles() (tiles, total int, err error) {
	for level, count := 0, l.tree.N; count > 0; level, count = level+1, count/tileWidth {
		err := widths(count, func(number int64, width int) error {
			path := tilePath(strconv.Itoa(level), number, width)
			served, err := l.fetch(path)
			if err != nil {
				return err
			}
			var want []byte
			for i := 0; i < width; i++ {
				hash := l.stored[tlog.StoredHashIndex(8*level, number*tileWidth+int64(i))]
				want = append(want, hash[:]...)
			}
			if !bytes.Equal(served, want) {
				return fmt.Errorf("%s does not hold the hashes of the entries", path)
			}
			tiles, total = tiles+1, total+len(served)
			return nil
		})
		if err != nil {
			return tiles, total, err
		}
	}
	return tiles, total, nil
}

// checkConsistency proves the checkpoint's tree from older sizes, and that a false old root is found out.
func (l *ledger) checkConsistency() (proofs int, err error) {
	for _, old := range []int64{1, 2, l.tree.N / 3, l.tree.N / 2, 255, 256, 257, l.tree.N - 1, l.tree.N} {
		if old < 1 || old > l.tree.N {
			continue
		}
		oldRoot, err := tlog.TreeHash(old, l)
		if err != nil {
			return proofs, err
		}
		proof, err := tlog.ProveTree(l.tree.N, old, l)
		if err != nil {
			return proofs, err
		}
		if err := tlog.CheckTree(proof, l.tree.N, l.tree.Hash, old, oldRoot); err != nil {
			return proofs, fmt.Errorf("from size %d: %w", old, err)
		}
		oldRoot[0] ^= 1
		if tlog.CheckTree(proof, l.tree.N, l.tree.Hash, old, oldRoot) == nil {
			return proofs, fmt.Errorf("a false root of size %d is taken for true", old)
		}
		proofs++
	}
	return proofs, nil
}

func (l *ledger) checkReceipts() (count int, err error) {
	step := l.tree.N / receiptCount
	if step == 0 {
		step = 1
	}
	last := l.tree.N - 1
	for index := int64(0); index < l.tree.N; index += step {
		if err := l.checkReceipt(index); err != nil {
			return count, fmt.Errorf("receipt %d: %w", index, err)
		}
		count++
	}
	if last%step != 0 {
		if err := l.checkReceipt(last); err != nil {
			return count, fmt.Errorf("receipt %d: %w", last, err)
		}
		count++
	}
	return count, nil
}

// checkReceipt fetches a tlog-proof@v1 file and checks it against the leaf hash recomputed here.
func (l *ledger) checkReceipt(index int64) error {
	file, err := l.fetch(fmt.Sprintf("api/v1/receipts/%d", index))
	if err != nil {
		return err
	}
	head, signed, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("not a tlog-proof@v1 file")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):]); err != nil {
			return fmt.Errorf("its extra line: %w", err)
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || lines[0] != fmt.Sprintf("index %d", index) {
		return fmt.Errorf("it has no line \"index %d\"", index)
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return fmt.Errorf("its line %q: %w", line, err)
		}
		proof = append(proof, hash)
	}
	tree, err := l.openCheckpoint(signed)
	if err != nil {
		return fmt.Errorf("its checkpoint: %w", err)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, l.leaves[index])
}
