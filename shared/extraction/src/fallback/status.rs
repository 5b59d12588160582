//! Status: done or blocked, only where the author of a message plainly says so of work that is finished or stands still now.
//!
//! A status is read from a whole sentence of a known form, never from a word in it: "Deployed" is a report, "Deployed
//! pods crash" is none. Whatever in the message puts it into doubt (a negation, a condition, a question, a part that is
//! missing, a failure) leaves the status empty.
use super::taking;
use crate::{
    message::Message,
    said::{GAP, core, is_sign, pattern, said, sentences},
    talk::is_small_talk,
};
use regex::Regex;
use std::sync::LazyLock;

/// What a thread says about its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is finished.
    Done,
    /// It stands still, because of this.
    Blocked(String),
    /// Somebody took it.
    InProgress,
}

/// Words of courtesy before a report.
const LEAD: &str = r"(?:(?:ok(?:ay)?|and|so|now|yes|yep|yup|yeah|all|just|hey|hi|hello|fyi|update|quick\s+update|status|finally|(?:great|good)\s+news|ja|also|so|jetzt|endlich|oui|sí|sim|sì|tak|да|はい)\s*[,:!–-]?\s+)*";
/// What may follow a report and change nothing about it.
const TRAIL: &str = r"(?:\s*[,–-]?\s*\b(?:now|today|yesterday|already|just\s+now|this\s+morning|last\s+night|earlier|as\s+well|too|(?:in|to|into|on)\s+(?:the\s+)?(?:prod(?:uction)?|staging|main|master|dev|live)(?:\s+branch)?|in\s+(?:pr\s+|v)?[\d.]+|in\s+[a-z]+-\d+|thanks?(?:\s+(?:all|everyone|a\s+lot|you))?|team|all|guys|everyone|folks|jetzt|heute|gestern|soeben|danke|maintenant|aujourd'hui|hier|ce\s+matin|merci|ahora|hoy|ayer|gracias|agora|hoje|ontem|obrigad[oa]|ora|oggi|ieri|grazie|nu|vandaag|gisteren|dzisiaj|wczoraj|сегодня|вчера)\b|\s*[,–-]?\s*(?:in\s+|via\s+)?(?:\x{fffc}|\(\x{fffc}\)|\#\d+|@[\w.-]+|:\)))*";

/// Whole sentences that report finished work.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    let en = r"(?:done|fixed|merged|deployed|shipped|resolved|completed|finished|delivered|published|rolled\s+out|sorted)";
    // After a subject `closed` and `released` may be of an office and of somebody else's software.
    let en_bare = r"(?:done|fixed|merged|deployed|shipped|released|resolved|completed|finished|delivered|published|rolled\s+out|closed|sorted)";
    let en_did = r"(?:fixed|merged|deployed|shipped|released|resolved|completed|finished|delivered|published|closed|migrated|implemented|rolled\s+out|wrapped\s+up|submitted)";
    let object = r"(?:(?:the|that|this|it|my|our|both|all\s+of|pr|[a-z]+-\d+)\b|\x{fffc}|\#\d+|v\d)";
    let adverbs = r"(?:(?:now|just|finally|all|already|also|fully|completely|successfully)\s+)*";
    let romance = r"(?:fait|réglé|corrigé|terminé|fini|déployé|livré|résolu|publié|fusionné)e?s?";
    let es = r"(?:hech|terminad|resuelt|arreglad|desplegad|completad|corregid|solucionad|entregad|publicad)[oa]s?|listo";
    let pt =
        r"(?:feit|concluíd|resolvid|corrigid|terminad|finalizad|entregue|publicad|implantad)[oae]?s?|pronto";
    let it = r"(?:fatt|finit|risolt|completat|rilasciat|corrett|sistemat|terminat|consegnat|pubblicat)[oaie]";
    let de = r"(?:erledigt|fertig(?:gestellt)?|behoben|gemerged?t?|deployt|deployed|abgeschlossen|ausgerollt|gefixt|gelöst|umgesetzt|ausgeliefert|repariert|veröffentlicht|abgegeben)";
    let nl = r"(?:klaar|gedaan|opgelost|afgerond|gemerged|gedeployed|gefixt|opgeleverd|af)";
    let pl = r"(?:zrobion|gotow|naprawion|zakończon|wdrożon|skończon|ukończon|załatwion|wysłan)[eyoa]";
    let ru = r"(?:готов[оа]?|сделан[оа]?|исправлен[оа]?|починен[оа]?|завершен[оа]?|завершён|закончен[оа]?|решен[оа]?|закрыт[оа]?|развернут[оа]?|выпущен[оа]?)";
    let ru_did = r"(?:исправил|сделал|починил|закончил|завершил|задеплоил|выкатил|закрыл|залил|решил)[аи]?";
    pattern(&format!(
        r"(?ix)^{LEAD}(?:
          (?:(?:it|this|that|everything)(?:'s|\s+is|\s+are|\s+has\s+been|\s+was)?\s+(?:been\s+)?)?{adverbs}{en_bare}{TRAIL}
        | (?:i|we)(?:'ve|\s+have)?\s+{adverbs}{en_did}\s+{object}[^,]*
        | {adverbs}{en_did}\s+{object}[^,]*
        | (?P<subject>[^,:?!]{{2,80}}?)\s+(?:is|are|was|were|has\s+been|have\s+been|got)\s+{adverbs}{en}{TRAIL}
        | (?P<short>[\w\#\x{{fffc}}-]+(?:\s+[\w\#\x{{fffc}}-]+){{0,2}})\s+(?:now\s+)?{en}{TRAIL}
        | [\[(]?(?:done|fixed|merged|deployed|shipped|resolved|finished|completed|erledigt|fertig|fait|hecho|feito|fatto|klaar|zrobione|готово|完了|已完成)[\])]?(?:\s*:|\s+[–—-]|(?:[\])]))\s*\S.*
        | (?:(?:das|es|alles|dies)\s+)?(?:(?:ist|sind|wurde|wurden|hab(?:e)?\s+ich|ich\s+hab(?:e)?(?:\s+(?:es|das))?)\s+)?(?:(?:jetzt|nun|schon|endlich|bereits|alles)\s+)*{de}{TRAIL}
        | (?P<subject_de>[^,:?!]{{2,80}}?)\s+(?:ist|sind|wurde|wurden)\s+(?:(?:jetzt|nun|schon|endlich|bereits)\s+)*{de}{TRAIL}
        | (?:ich\s+hab(?:e)?|wir\s+haben|hab(?:e)?)\s+(?:das|den|die|es|alle|dem|der)\b[^,]*\s{de}{TRAIL}
        | (?:(?:c'est|tout\s+est|voilà,?\s*c'est|ça\s+y\s+est,?\s*c'est)\s+)?{romance}{TRAIL}
        | (?P<subject_fr>[^,:?!]{{2,80}}?)\s+(?:est|sont|a\s+été|ont\s+été)\s+(?:maintenant\s+|enfin\s+|déjà\s+)?{romance}{TRAIL}
        | (?:j'ai|nous\s+avons|on\s+a)\s+(?:enfin\s+|déjà\s+)?{romance}(?:\s+(?:le|la|les|l'|ce|cette|ça|mon|notre)[^,]*)?
        | (?:ya\s+)?(?:(?:está|esta|quedó|fue|queda)\s+)?(?:todo\s+)?(?:{es}){TRAIL}
        | (?P<subject_es>[^,:?!]{{2,80}}?)\s+(?:ya\s+)?(?:está|están|fue|fueron|ha\s+sido|han\s+sido|quedó)\s+(?:ya\s+)?(?:{es}){TRAIL}
        | (?:ya\s+)?(?:he|hemos)\s+(?:{es})\s+(?:el|la|los|las|lo|eso|esto)?[^,]*
        | (?:já\s+)?(?:(?:está|foi|tudo|ficou)\s+)*(?:{pt}){TRAIL}
        | (?P<subject_pt>[^,:?!]{{2,80}}?)\s+(?:já\s+)?(?:está|estão|foi|foram)\s+(?:{pt}){TRAIL}
        | (?:(?:è|è\s+stat[oa]|tutto|ho)\s+)?(?:{it})(?:\s+tutto)?{TRAIL}
        | (?P<subject_it>[^,:?!]{{2,80}}?)\s+(?:è|sono|è\s+stat[oa]|sono\s+stat[ie])\s+(?:{it}){TRAIL}
        | (?:ho|abbiamo)\s+(?:{it})\s+(?:il|la|lo|i|gli|le|l')[^,]*
        | (?:(?:het|dit|dat|alles)\s+)?(?:is\s+)?(?:nu\s+|al\s+)?{nl}{TRAIL}
        | (?P<subject_nl>[^,:?!]{{2,80}}?)\s+(?:is|zijn)\s+(?:nu\s+|al\s+)?{nl}{TRAIL}
        | (?:(?:już|jest|to|wszystko)\s+)*{pl}{TRAIL}
        | (?P<subject_pl>[^,:?!]{{2,80}}?)\s+(?:jest|są|zosta[lł][aoy]?)\s+(?:już\s+)?{pl}{TRAIL}
        | (?:(?:уже|всё|все|это)\s+)*{ru}{TRAIL}
        | (?P<subject_ru>[^,:?!]{{2,80}}?)\s+(?:уже\s+)?{ru}{TRAIL}
        | (?:(?:я|уже|мы)\s+)*{ru_did}(?:\s+[^,]*)?
        | [^,、?]{{0,40}}?(?:(?:完了|対応|修正|デプロイ|リリース|解決|マージ)(?:済み?(?:です)?|(?:いた)?しました|です)|完了|(?:直り|直し|終わり|でき|終え)ました)
        | [^,?]{{0,30}}?(?:已经?(?:完成|修复|修好|解决|部署|上线|发布|搞定|处理|合并|做完)|(?:完成|搞定|修好|做完|解决|修复|部署|上线|处理好|合并)了|搞定)
        )\W*$"
    ))
});

/// Subjects of which a word for done says something else.
static OTHER_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?: i | we | you | he | she | they | i'm | we're | what\w* | who\w* | which | when\w* | where\w* | why | how | if | that | nothing | none | nobody | half | part | parts | most | some | one | \d+ | well | nicely | good | great | beautifully | easier | gets? | getting | got | have | has | had | having | want\w* | be | being | consider | ich | wir | er | sie | wer | was | je | nous | qui | que | yo | quién | quem | io | chi | ik | wij | ja | kto | я | мы | кто )(?:\s|'|$)
        | \b(?: date | dates | deadline | price | prices | time | schedule | scope | terms? | fees? | salary | rate | rates | budget | size | term | termin | preis | prix | precio | preço | prezzo | prijs | цена )$
        | \b(?: i | we | you | he | she | they | who | which | get | gets | getting | have | has | had | want | wants | need | needs | see | make | makes | it | them | think | thinks | thought | says? | said | told | claims? | heard )$",
    )
});

/// Failures. They are no doubt in a sentence that says of them that they are fixed.
static FAILURE_NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:bugs?|errors?|issues?|problems?|outages?|incidents?|crash|failures?|leaks?|fehlers?|problème|panne|erreur|fallo|falha|erro|errore|fout|błąd|ошибк[аиу])\b",
    )
});
static FIXED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:fix(?:ed)?|resolved|closed|behoben|gefixt|gelöst|corrigée?|réglée?|résolue?|resuelt[oa]|corregid[oa]|solucionad[oa]|resolvid[oa]|corrigid[oa]|risolt[oa]|corrett[oa]|opgelost|naprawion[yea]|исправлен[оа]?|исправил[аи]?|решен[оа]?)\b",
    )
});

/// What leaves a report in doubt, wherever in the message it stands.
static DOUBT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\?|[❌⛔🚧⏳⬜] | \b(?: not | \w+n't | cannot | no | never | almost | nearly | until | till | once | when | if | unless | to\s+be | needs? | should | would | could | will | i'll | we'll | but | however | except | though | although | partly | partially | half | mostly | most | some | still | yet | soon | tomorrow | later | hopefully | maybe | perhaps | probably | think | thought | guess | believe | supposed | supposedly | allegedly | apparently | nothing | none | nobody | revert\w* | roll(?:ed|ing)\s+back | rollback | reopen\w* | again | wrong | accident(?:al(?:ly)?)? | mistake | without | before | after | first | next | remaining | left\s+to | todo | wip | pending | waiting | blocked | than | how | want | wants | wish | let's | please | pls | consider | joking | kidding | crash(?:es|ed|ing) | fails? | failed | failing | broken?e? | breaks | down | slow | \d{1,2}\s?% | part\s+(?:one|two|1|2|of)
        | nicht | kein\w* | nie | niemals | fast | beinahe | bis | sobald | wenn | falls | muss | müssen | soll\w* | wird | werden | würde\w* | aber | außer | teilweise | halb\w* | noch | morgen | bald | hoffentlich | vielleicht | wohl | glaube | nichts | niemand | wieder | ohne | erst | bitte | damit | sonst | kaputt
        | ne | n'\w+ | pas | plus | jamais | presque | quand | si | dès | doit | faut | devrait | sera | mais | sauf | encore | demain | bientôt | peut-être | rien | personne | avant | moitié | partiel\w*
        | nunca | casi | cuando | hasta | falta | debe\w* | será | pero | salvo | aún | todavía | mañana | quizás? | nada | nadie | medio | parcial\w* | sin
        | não | quase | quando | até | deve\w* | mas | exceto | ainda | amanhã | talvez | ninguém | metade | sem
        | non | mai | quasi | finché | sarà | ma | tranne | ancora | domani | forse | niente | nessuno | metà | senza
        | niet | geen | nooit | bijna | wanneer | als | zodra | moet\w* | zou | zal | maar | behalve | nog | straks | misschien | niets | niemand | zonder
        | nie | nigdy | prawie | gdy | kiedy | jeśli | trzeba | powinno | będzie | ale | oprócz | jeszcze | jutro | wkrótce | może | nic | nikt | połow\w+ | bez
        | не | нет | никогда | почти | когда | если | надо | нужно | должн\w* | будет | будут | но | кроме | ещё | еще | завтра | скоро | может | ничего | никто | наполовину | без | как\s+только )\b
        | ない | ません | まだ | たら | れば | 予定 | つもり | 明日 | ほぼ | 半分 | ですか | ますか | したか | けど | 以外 | なく | 次第 | 没 | 未 | 不 | 还 | 快 | 差不多 | 如果 | 要 | 会 | 但 | 明天 | 一半 | 吗 | 才 | 之后 | 以后",
    )
});

/// What stands in the way of others' work. A bus, a meeting and a browser's rule do not.
static OBSTACLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: approv\w* | review\w* | sign[\s-]?off | signatures? | legal | vendors? | suppliers? | access | credentials? | permissions? | feedback | answers? | repl(?:y|ies) | response | confirmation | budget | decisions? | customers? | clients? | contracts? | qa | designs? | designers? | ops | devops | infra\w* | security | finance | procurement | compliance | dns | certs? | certificates? | quotes? | invoices? | data | deliver(?:y|ies) | hardware | keys? | licen[cs]es? | specs? | specification | upstream | merge | deploy\w* | releases? | migration | tickets? | prs? | api | backend | frontend | platform | it\s+team | (?:the\s+)?\w+\s+team | hr | management | partners? | bank | audit\w* | [a-z]+-\d+ | \#\d+
        | freigabe | genehmigung | antwort | rückmeldung | unterschrift | zugang | zugriff | entscheidung | kunden? | lieferanten? | rechtsabteilung | vertrag | lieferung | zugangsdaten | validation | réponse | accord | signature | accès | décision | client | fournisseur | juridique | livraison | contrat | retour | aprobación | respuesta | firma | acceso | decisión | cliente | proveedor | legal | contrato | entrega | aprovação | resposta | assinatura | acesso | decisão | fornecedor | jurídico | approvazione | risposta | accesso | decisione | fornitore | legale | contratto | consegna | goedkeuring | antwoord | toegang | beslissing | klant | leverancier | juridische | akceptacj\w+ | odpowied\w+ | zgod\w+ | dostęp\w* | decyzj\w+ | klient\w* | dostawc\w+ | prawnik\w* | согласован\w+ | ответ\w* | доступ\w* | решени\w+ | подпис\w+ | клиент\w* | поставщик\w* | юрист\w* )\b
        | 承認 | レビュー | 返事 | 回答 | 返信 | 確認 | 法務 | 審査 | 审批 | 批准 | 回复 | 审核 | 法务 | 确认 | 客户 | 供应商 | 权限",
    )
});

/// Whole sentences that say that work stands still now; `by` is whatever it waits for.
static BLOCKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:(?:ok(?:ay)?|hey|hi|sorry|update|fyi|status|unfortunately|leider|malheureusement|lamentablemente|infelizmente|purtroppo|helaas|niestety|к\s+сожалению)\s*[,:!–-]?\s+)*(?:
          (?P<label>block(?:ed|ers?)|blockiert|bloqué|bloqueado|bloccato|geblokkeerd|zablokowane|заблокировано|блокер)\s*:\s*(?P<labelled>\S.*)
        | (?:(?P<subject>(?:[^,:?!]{1,80}?))\s*(?:'s|'m|'re|\s(?:is|are|am|ist|sind|bin|est|sont|suis|está|están|estoy|estamos|estão|estou|é|è|sono|siamo|sto|is|zijn|ben|jest|są|jestem)))?\s*(?:(?:still|currently|now|completely|totally|immer|noch|derzeit|aktuell|toujours|encore|actuellement|todavía|aún|sigue|siguen|ainda|ancora|attualmente|nog|steeds|nadal|wciąż|всё|все|еще|ещё|до\s+сих\s+пор)\s+)*
          (?P<what>
            blocked(?:\s+(?:by|on)\s+.+)? | stuck\s+(?:on|with|waiting\s+(?:for|on))\s+.+ | waiting\s+(?:for|on)\s+.+ | on\s+hold\s+(?:until|pending|because)\s+.+
          | blockiert(?:\s+(?:durch|von|wegen)\s+.+)? | (?:(?P<subject_de>wir|ich|das\s+\w+|der\s+\w+|die\s+\w+)\s+(?:warten?|wartet|hängt|hängen)\s+(?:noch\s+|immer\s+noch\s+)?(?:auf|an)\s+.+)
          | bloquée?s?(?:\s+(?:par|à\s+cause\s+de)\s+.+)? | en\s+attente\s+(?:de|du|d')\s*.+ | (?:on|nous)\s+atten(?:d|dons)\s+.+
          | bloquead[oa]s?(?:\s+(?:por|pel[oa])\s+.+)? | (?:esperando|aguardando|à\s+espera\s+d[eoa])\s+.+
          | bloccat[oaie](?:\s+(?:da|dal|dalla|dai)\s+.+)? | in\s+attesa\s+(?:di|del|della|dell')\s*.+
          | geblokkeerd(?:\s+door\s+.+)? | (?:(?:we|wij|ik)\s+)?wachten?\s+(?:nog\s+)?op\s+.+
          | zablokowan[yea](?:\s+przez\s+.+)? | czekam(?:y)?\s+na\s+.+
          | заблокирован[оаы]?(?:\s+.+)? | (?:(?:мы|я)\s+)?жд(?:ё|е)м\s+.+ | жду\s+.+
          | [^,?]{0,30}?(?:でブロックされています|にブロックされています|待ちです|待ちの状態です|(?:を)?待っています)
          | [^,?]{0,20}?(?:被.{1,20}(?:阻塞|卡住|卡着)了?|卡在.{1,20}|(?:正在|还在)?等待?.{1,20})
          ))[.!…\s]*$",
    )
});

/// Subjects that are not blocked as work is: a machine's rules block them.
static OTHER_BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: firewall | cors | cloudflare | ad-?block\w* | browsers? | filters? | spam\w* | proxy | plug-?ins? | antivirus | isp | waf | rate\s+limit\w* | captcha | ips? | ports? | requests? | traffic | users? | accounts? | e-?mails? | domains? | ads? | cookies? | pop-?ups? | sites? | urls? | calls? | callers? | numbers? | road | street | snow | bus | train | tram | taxi | uber | lift | elevator | plane | flight | lunch | food | pizza | coffee | weekend | holidays? | vacation | meeting\s+to | call\s+to | him | her | them | you | me | nothing | nobody | none | someone )\b",
    )
});

/// What makes a sentence about standing still one of another time, of nobody, or of a case.
static NOT_BLOCKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\?|\b(?: unblocked | not | \w+n't | cannot | no | never | nobody | no\s+one | nothing | none | was | were | had | been | used\s+to | if | unless | when | once | in\s+case | would | could | might | may\s+be | can | should | will | going\s+to | thanks? | thank | thx | stop | stopped | instead | without | rather | tired | sick\s+of | hate | love | but | though | although | anymore | any\s+more | finally | resolved | done | over | yesterday | last | earlier | until\s+yesterday | almost | risk | joking
        | nicht | kein\w* | nie\w* | war | waren | wurden? | mehr | wenn | falls | könnte | würde | aber | danke | gestern | pas | ne | n'\w+ | plus | jamais | était | étaient | étions | si | merci | mais | hier | ya\s+no | nunca | estaba\w* | estuvo | pero | gracias | nadie | ayer | não | estava\w* | mas | obrigad[oa] | ninguém | ontem | non | era | erano | eravamo | grazie | ma | nessuno | ieri | niet | geen | niemand | waren | als | maar | bedankt | był[aoy]?\w* | gdyby | ale | dzięki | nikt | не | нет | был[аои]? | если | но | спасибо | никто | больше | уже )\b
        | ない | ません | でした | 解除 | いましたが | ありがと | 不 | 没 | 已解除 | 之前 | 谢",
    )
});
static NONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:none|no|nope|nothing|nobody|n/?a|-|0|keine?r?s?|nichts|aucune?|rien|ninguno?|nada|nenhum|nessuno?|niente|geen|brak|нет|なし|无|没有)\b",
    )
});
static SIGN_DOUBT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:react|vote|emoji|reaction|reagier\w*|réagi\w*|reaccion\w*|reag\w*|reager\w*|confirm|bestätig\w*|acknowledge|add|use|means?|same|agree)\b",
    )
});

/// What the latest word about the work says. Silence says nothing.
pub(super) fn status(thread: &[&Message]) -> Option<Status> {
    let first = said(&thread.first()?.text);
    // Something was said after what is looked at: nothing but thanks, or a word that puts an end of it into doubt.
    let (mut is_latest, mut is_doubted) = (true, false);
    for (n, message) in thread.iter().enumerate().rev() {
        let text = said(&message.text);
        let opening = if n == 0 { None } else { Some(first.as_str()) };
        if is_done(&text, opening) {
            return (!is_doubted).then_some(Status::Done);
        }
        if let Some(by) = blocked(&text) {
            return is_latest.then_some(Status::Blocked(by));
        }
        if taking::takes(&text, opening) {
            return Some(Status::InProgress);
        }
        if !is_small_talk(&message.text) {
            is_latest = false;
            is_doubted |= DOUBT.is_match(&text) || FAILURE_NAMED.is_match(&text);
        }
    }
    None
}

/// Whether the author says of finished work that it is finished. What is said in a reply must be about the thread's work:
/// without an object, or with one that the opening names.
pub(super) fn is_done(said: &str, opening: Option<&str>) -> bool {
    /// Longer is a report of many things.
    const MAX_CODE_POINTS: usize = 600;
    if said.chars().nth(MAX_CODE_POINTS).is_some() || DOUBT.is_match(said) {
        return false;
    }
    let failure = FAILURE_NAMED.is_match(said);
    if failure && !FIXED.is_match(said) {
        return false;
    }
    if is_ticked(said) {
        return true;
    }
    sentences(said).iter().any(|sentence| {
        let sentence = core(sentence);
        let Some(found) = DONE.captures(sentence) else { return false };
        let subject = found.iter().zip(DONE.capture_names()).find_map(|(group, name)| {
            name.filter(|name| name.starts_with('s')).and(group).map(|group| group.as_str())
        });
        subject.is_none_or(|subject| !OTHER_SUBJECT.is_match(subject.trim()))
            && (!is_about_something(sentence)
                || opening.is_none_or(|opening| taking::is_same_work(sentence, opening)))
    })
}

/// Whether a sentence has an object or subject of its own that is more than a pronoun.
fn is_about_something(sentence: &str) -> bool {
    sentence.split_whitespace().count() > 4
}

/// A ✅ says it alone, and in front of or behind a message that asks for nothing.
fn is_ticked(said: &str) -> bool {
    let text = said.trim();
    if !text.contains('✅') || SIGN_DOUBT.is_match(text) {
        return false;
    }
    let is_first =
        text.starts_with('✅') && !text.trim_start_matches(|c| is_sign(c) || c == ' ').contains('✅');
    let is_alone = text.chars().all(|c| is_sign(c) || c.is_whitespace());
    is_alone || is_first
}

/// Why the author's work stands still, if they say that it does.
pub(super) fn blocked(said: &str) -> Option<String> {
    let lines: Vec<&str> = sentences(said);
    lines.iter().find_map(|sentence| {
        let sentence = core(sentence);
        let found = BLOCKED.captures(sentence)?;
        if let Some(labelled) = found.name("labelled") {
            let reason = labelled.as_str().trim();
            return (!NONE.is_match(reason) && !sentence.ends_with('?')).then(|| reason.to_owned());
        }
        let what = found.name("what")?.as_str();
        if NOT_BLOCKED.is_match(said) || OTHER_BLOCK.is_match(sentence) {
            return None;
        }
        let is_bare = !what.contains(char::is_whitespace) || what.chars().filter(|c| *c == GAP).count() > 0;
        let is_plain = sentence.to_lowercase().contains("blocked by")
            || sentence.to_lowercase().contains("blocked on")
            || OBSTACLE.is_match(what)
            || is_bare && found.name("subject").is_some_and(|s| OWN.is_match(s.as_str()));
        is_plain.then(|| what.trim().to_owned())
    })
}

static OWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:i|we|this|it|that|wir|ich|das|es|on|nous|je|c'|estamos|estoy|esto|isso|isto|questo|we|wij|ik|dit|to|это)$|\b(?:ticket|task|pr|release|migration|work|story|epic|project|deploy(?:ment)?|rollout|launch|\w+-\d+)$",
    )
});
