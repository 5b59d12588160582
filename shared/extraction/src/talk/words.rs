//! The words of small talk, in eleven languages, lower case.
//!
//! A message is small talk only if it has one word of [`CORE`] or [`BREAK`] and no word but those of these lists, so a
//! word that is missing here costs a row too many and a word too many may cost a task. None of them can be work.

/// Greetings, thanks, wishes, applause, laughter: a message of these says nothing about work.
pub(super) const CORE: &str = "
hi hii hey heya hello helo howdy yo gm morning goodmorning gn goodnight bye byebye goodbye cya cu ttyl thanks thank thankyou thx tx ty tysm tnx cheers welcome congrats congratulations congratz grats gratz kudos bravo yay yey woohoo woo hooray hurray nice cool awesome amazing great good lovely perfect excellent fantastic wonderful brilliant super sweet neat wow whoa omg haha lol lmao rofl hehe hihi hoho heh ok okay okey okidoki k kk sure yep yup yeah yes nope agree agreed same ditto true indeed exactly right alright gotcha noted roger ack np nvm sorry oops ouch aww ah oh ooh oof hmm hm um uh ha birthday bday anniversary xmas christmas easter halloween diwali eid weekend holidays vacation happy merry enjoy cute funny hilarious joke kidding legend love hug hugs sunny rainy snow snowing weather goodluck luck brb afk wfh
hallo moin servus grüezi tag guten morgen danke dankeschön danköö vielen merci mersi bitteschön gern gerne willkommen glückwunsch gratuliere gratulation herzlichen super toll prima klasse spitze genau stimmt jo jap jepp klar alles feierabend wochenende schönes schönen schöner schöne urlaub geburtstag tschüss tschüß ciao servas bis mahlzeit lustig witzig ups hihi jaja ja weihnachten ostern
bonjour bonsoir salut coucou bonne bon bonjours merci beaucoup bienvenue félicitations bravo génial super parfait d'accord oui ouais voilà bises bisous anniversaire vacances week-end journée soirée appétit mdr ptdr lol joyeux noël rires tchao chouette
hola buenos buenas días tardes noches gracias muchas bienvenido bienvenida bienvenidos felicidades enhorabuena genial perfecto vale claro adiós chao saludos abrazo abrazos jaja jajaja feliz buen cumpleaños vacaciones sí excelente estupendo igualmente navidad
olá oi bom boa dia tarde noite obrigado obrigada valeu brigado brigada bem-vindo bem-vinda parabéns ótimo beleza blz kkk kkkk rsrs tchau abraços abraço feliz aniversário férias sim certo massa show
buongiorno buonasera buonanotte grazie mille prego benvenuto benvenuta benvenuti complimenti auguri bravi brava perfetto ottimo fantastico bene certo sì arrivederci saluti compleanno vacanze buon buona ahah ahaha natale figo
hoi hallo goedemorgen goedemiddag goedenavond dag dank bedankt dankjewel dankje welkom gefeliciteerd proficiat leuk mooi prima goed top fijn fijne klopt doei groetjes groeten hahaha verjaardag vakantie weekend lekker gezellig succes
cześć hej hejka siema witam witaj witajcie dzień dobry dobrywieczór dobranoc dzięki dziękuję dziekuje dzieki dziękujemy super świetnie świetna gratulacje brawo brawa jasne okej pewnie tak pa papa pozdrawiam urodzin urodziny wakacje weekendu haha zdrowia smacznego najlepszego wesołych świąt
привет приветик здравствуйте здравствуй утро добрый доброе добрый вечер спасибо спс благодарю пожалуйста пожалуй поздравляю поздравляем ура молодец молодцы отлично супер класс круто хорошо ок окей ладно ага угу да пока ха хаха ахаха лол ржу днём рождения выходных выходные отпуск удачи добро пожаловать приятного аппетита новым годом
";

/// Words that are beside those of [`CORE`] and are none of work's.
pub(super) const GLUE: &str = "
a an the and or & to for of in on at from with all everyone everybody team folks guys people friends y'all you your yours u ur my me i we us our it its it's is are was be been am i'm you're we're that that's this these so very too much lots lot many really such well again always ever one ones there here how how's what what's who's do doing did have has had having hope hopefully hoping had see seeing ya later soon tomorrow today tonight week weekend day days night evening afternoon year monday tuesday wednesday thursday friday saturday sunday new back home just as also sounds looks look like sound feel feeling day's glad pleased meet meeting-you fine fun best most big huge warm kind dear sir madam mate buddy dude bro can't wait makes made my make him her them his their he she they nice-one man
der die das den dem ein eine einen einem und oder an zu für von mit im in auf bei allen alle allseits zusammen team leute kollegen ihr euch dir dich du dein deine mein meine ich wir uns es ist sind war sehr viel viele vielmals schon auch so heute morgen abend nacht mittag woche tag tage montag dienstag mittwoch donnerstag freitag samstag sonntag wieder da dann nachher später gleich bald freut freue freuen mich auf's zum zur wie geht's geht euch
le la les un une des et ou à au aux de du pour avec en dans tous toutes tout toute le monde équipe vous tu te toi moi je nous on c'est est sont très bien trop aussi à bientôt demain lundi mardi mercredi jeudi vendredi samedi dimanche plus tard ce cette ça va comment allez-vous soir matin nuit fin fins semaine
el la los las un una unos y o a al de del para por con en todos todas todo equipo gente chicos chicas tú ti te mi yo nosotros es son está muy bien mucho también hasta luego mañana pronto lunes martes miércoles jueves viernes sábado domingo que qué tal cómo estás están fin semana buen buena
o os as um uma e ou ao à do da dos das para por com em todos todas pessoal galera gente time equipe você vocês te ti mim eu nós é são está muito bem também até logo amanhã breve segunda terça quarta quinta sexta sábado domingo que tudo fim semana fds demais
il lo la i gli le un una e o a ai alla del della di da per con in tutti tutte tutto ragazzi squadra team voi tu te mi io noi è sono molto bene tanto anche a dopo domani presto lunedì martedì mercoledì giovedì venerdì sabato domenica come stai state fine settimana serata giornata
de het een en of aan te voor van met in op iedereen allemaal team mensen jullie je jij jou mijn ik wij we ons is zijn erg heel veel ook tot morgen straks later maandag dinsdag woensdag donderdag vrijdag zaterdag zondag hoe gaat wel avond dagje week
i w na do z ze dla od wszystkim wszystkich zespół ludzie wam wy ty ci ja my nas jest są bardzo też jutro jutra poniedziałku wtorku środy czwartku piątku soboty niedzieli miłego miłej dnia wieczoru nocy wszystkiego najlepszego to za dużo
и в на к с у за для от всем всех все команда ребята коллеги вам вас ты тебе я мы нас это очень большое огромное хороших отличных приятных много тоже завтра скоро до понедельника вторника среды четверга пятницы субботы воскресенья хорошего хорошей дня вечера ночи недели приятных приятного как дела с
";

/// Meals, drinks and pauses: small talk in the company of the lists above, of [`AROUND_A_BREAK`] and of times.
pub(super) const BREAK: &str = "
lunch lunchtime brunch breakfast dinner coffee tea pizza cake cakes cookies donuts doughnuts croissants snacks beer beers drinks brb afk hungry yummy tasty foosball kitchen-cake
mittag mittagessen mittagspause kaffee kaffeepause kuchen essen pause bier mahlzeit frühstück hunger
déjeuner dej café pause gâteau croissants apéro bière faim
almuerzo almorzar comida café pastel cerveza hambre desayuno merienda
almoço almoçar café bolo cerveja fome lanche
pranzo caffè torta birra pausa colazione spritz
lunchen koffie taart borrel biertje pauze ontbijt
obiad lunchu kawa kawę kawka kawkę ciasto piwo przerwa śniadanie
обед обеде обеда обедать кофе чай торт пиво перерыв завтрак
";

/// What people say around a pause.
pub(super) const AROUND_A_BREAK: &str = "
anyone anybody someone wants want wanna up off out going go gone heading grab grabbing getting join joining us? together kitchen canteen cafeteria office break time min mins minutes hour hours h pm am uhr back around about now get some any left free bring brought
jemand will wer kommt geht gehe gehen gehst bin sind küche kantine um gegen zurück minuten stunde jetzt noch übrig was lust mit hole holen
quelqu'un qui vient veut vais va allez on-va cuisine cantine vers retour minutes heure maintenant partant reste du je suis
alguien quién viene quiere voy vamos va cocina cantina vuelvo vuelta minutos hora ahora queda salgo salir estoy
alguém quem vem quer vou vamos cozinha cantina volto minutos hora agora sobrou estou
qualcuno chi viene vuole vado andiamo cucina mensa torno minuti ora adesso vieni
iemand wie gaat komt wil mee keuken kantine terug minuten uur nu over ga gaan haal
ktoś kto idzie chce idę idziemy kuchni kuchnia stołówka wracam minut godzina teraz chodźcie jestem
кто кто-нибудь идёт идет хочет иду идем идём пойдем пойдём кухне кухня столовая столовую вернусь минут час сейчас ушел ушла ушёл я на
";

/// Whole sayings of languages that put no blanks between words.
pub(super) const UNSPACED: &str = "おはようございます|おはよう|こんにちは|こんばんは|ありがとうございました|ありがとうございます|ありがとう|お疲れ様でした|お疲れ様です|お疲れさまでした|お疲れさまです|おつかれさまです|おつかれ|お疲れ|了解しました|了解です|了解|承知しました|承知です|よろしくお願いいたします|よろしくお願いします|よろしく|おめでとうございます|おめでとう|お誕生日|誕生日|はい|うん|そうですね|いいですね|なるほど|すごい|さすが|草|笑|ランチ|お昼|昼休み|休憩|コーヒー|行ってきます|行きます|行く|戻りました|ただいま|おかえりなさい|おかえり|お先に失礼します|失礼します|おやすみなさい|おやすみ|良い週末を|よい週末を|楽しい|ですね|です|ました|ね|よ|わ|みなさん|皆さん|さん|みんな|どうも|どういたしまして|助かります|助かりました|か|に|へ|の|を|も|と|は|早上好|上午好|下午好|晚上好|早安|早|大家好|各位|大家|你好|您好|谢谢|多谢|感谢|谢啦|谢|收到|好的|好|哈哈|哈|呵呵|嘿嘿|嗯嗯|嗯|辛苦了|辛苦|恭喜|祝贺|生日快乐|周末愉快|节日快乐|新年快乐|愉快|快乐|晚安|再见|拜拜|拜|加油|赞|棒|厉害|牛|太|真|很|了|啊|呀|哦|吧|吗|呢|你|您|你们|我们|们|午饭|吃饭|吃|咖啡|喝|去|一起|走|午休|欢迎|加入|没事|不客气|没问题|明天见|下周见|回头见|中午|周末|周五|今天|的|都|天气|不错";

/// Sayings of [`UNSPACED`] that make small talk: the others are endings and names beside them.
pub(super) const UNSPACED_CORE: &str = "おはよう|こんにちは|こんばんは|ありがとう|お疲れ|おつかれ|了解|承知|よろしく|おめでとう|はい|うん|そうですね|いいですね|なるほど|すごい|さすが|草|笑|ランチ|お昼|昼休み|休憩|コーヒー|ただいま|おかえり|失礼します|おやすみ|週末を|どうも|どういたしまして|助かり|早上好|上午好|下午好|晚上好|早安|早|大家好|你好|您好|谢|感谢|收到|好的|^好$|哈|呵呵|嘿嘿|嗯|辛苦|恭喜|祝贺|快乐|愉快|晚安|再见|拜拜|加油|赞|棒|厉害|牛|午饭|吃饭|咖啡|午休|欢迎|没事|不客气|没问题|明天见|下周见|回头见|天气";
