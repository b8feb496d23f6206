//! `hibah show` on a ledger of rule set 1.

use crate::cli_shell::Shell;
use crate::one_city::OneCity;

// long: one session, command by command
#[test]
fn entries_and_things_of_rule_set_1_are_told() {
    let shell = Shell::new();
    let mut city = OneCity::new(&shell.path().join("led"));
    city.play_file("golden_case.txt");
    city.play(
        "at 2015-02-02T02:00:00.000Z
         monitoring.recorded note/official/6/1 by inspector case=case/4/1 finding=\"Kegiatan berjalan\"
         key.replaced org/1 by registrar,inspector,org/1:b retires=signer:org/1 reason=\"Kunci hilang\"
         case.adopted case/3/1 by ppkd,inspector",
    );
    drop(city);
    shell.check(
        "$ hibah show led case/4/1
         recipient    Yayasan A (org/4)
         way          grant, money
         next         Use reviewed, by agency*
         asked        Rp 600.000.000
         paid         Rp 75.000.000
         refunded     not yet
         Notes:
         entry *  note/official/6/1  Monitoring recorded: Kegiatan berjalan
         Timeline:
         entry *  2013-04-10  Application submitted, recorded 2013-04-11
         entry *  2014-01-20  List rows, recorded 2014-01-21
         entry *  2015-02-02  Monitoring recorded, note/official/6/1
         $ hibah show led case/3/1
         from paper   taken over at Decree sealed; earlier steps are not signed
         asked        Rp 600
         recommended  not recorded
         decreed      Rp 75
         agreed       not yet
         $ hibah show led list/2014/1
         number       978/DNC/2014
         way          grant
         total        Rp 125.000.000
         rows         2, of which 2 recorded
         status       sealed: in effect
         Rows:
         1      case/4/1  Rp 75.000.000
         2      case/5/1  Rp 50.000.000
         $ hibah show led budget/2014/1 --json
         \"number\": \"Perda APBD 2014\",
         \"recorded_rows\": 2,
         \"total\": 125000000,
         $ hibah show led decree/2014/2
         number       978/Kep.574-DPKAD/2014
         82     case/5/1  Rp 50.000.000
         $ hibah show led official/3
         office  Regional Finance *(ppkd)
         person  pejabat/0003
         period  2013-01-01 to 2018-12-31
         $ hibah show led official/3 --json
         \"office\": \"ppkd\",
         $ hibah show led org/1
         name     Yayasan org/1
         new key  *org/1+* takes the place of *org/1+* from 2015-*, unless its holder objects (entry *)
         Cases:
         none yet
         $ hibah show led note/official/6/1
         It says:
         case *case/4/1
         finding *Kegiatan berjalan
         $ hibah show led 15
         Entry 15: *
         kind *desk.appointed
         $ hibah show led 46
         *: *
         $ hibah show led year/2014
         ? 2
         error: led has nothing about year/2014: *",
    );
}
