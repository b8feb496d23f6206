module hibah/interop

go 1.19

require golang.org/x/mod v0.0.0

// Debian's golang-golang-x-mod-dev: the check needs no network and no module proxy.
replace golang.org/x/mod => /usr/share/gocode/src/golang.org/x/mod
