"""Text written for this project; the small vocabularies of the tests are trained on it."""

TEXT = """
The linnet is a small bird of hedges and open heath. In winter it gathers in flocks and feeds on the seeds of weeds.
A model reads a sentence as a row of numbers. Each number names a piece of text, and the pieces together cover it all.
We measured the time of every step, wrote it down, and compared it with the time of the step before.
Nobody expected the harbour to freeze that year, but by the middle of January the boats were locked in the ice.
She opened the letter, read it twice, folded it again, and put it back between the pages of the dictionary.
The committee met on Tuesday, discussed the proposal for three hours, and decided to decide nothing.
When the training run stopped after 12,345 steps, the loss was 0.4821 and falling slowly.
If you can't find the switch, it's behind the curtain; they've hidden it, we'll never know why, and I'm not asking.
He didn't say that he'd come, and she wasn't sure he'd understood: "Seven o'clock," she had written, "at the bridge."
An honest measurement names the machine, the version, the number of repetitions, and what was left out.
Water boils at one hundred degrees; on a mountain it boils earlier, which is why the potatoes take so long.
The old carpenter explained that oak moves with the weather, and that a drawer must be built to forgive it.
Please send 25 boxes of the unbreakable glasses (blue, not green) to the address below before the 3rd of March!
Is the answer right? Is it useful? Does anyone need it? Three questions are enough for a review.
Programmers write programs; programs write files; files outlive programs and programmers alike.
The unhappiest moments of the expedition came after the provisions had been counted for the second time.
Rain fell on the roofs, on the gardens, on the railway line, and on the careful arrangement of chairs outside.
It was an unusually quiet orchestra: the conductor whispered, the trumpets waited, and the violins were tuning.
The tokenizer splits unfamiliar words into familiar parts, so that nothing a person writes is ever out of reach.
Interesting arguments are rarely finished; they are interrupted, postponed, misremembered and begun again.
The museum keeps 1,204 clocks, of which eleven are running and none agrees with any other.
Every valley has its own word for the wind, and every word has its own opinion about the valley.
My grandmother's recipe says: take flour, butter, sugar and an egg, and don't ask how much of anything.
A lighthouse keeper, asked what he did all day, replied that he mostly remembered to do it again at night.
The engineers replaced the bearing, repainted the housing, tightened the bolts, and went home without talking.
There are two kinds of maps: those that show the way, and those that show what the mapmaker was afraid of.
The child counted the stairs every evening, and every evening there were thirteen, except once.
Good tools are boring; they do one thing, they do it every time, and they tell you plainly when they cannot.
After the concert the audience remained seated, uncertain whether the silence belonged to the piece.
Her handwriting was so regular that the postman believed for years that she owned a printing machine.
The film is funny, warm and far too long; the second half repeats the first with better weather.
A dull, lifeless sequel that mistakes noise for energy and sentiment for feeling.
One of the finest performances of the year, tender without weakness and clever without coldness.
The plot makes no sense, the jokes are older than the actors, and yet I laughed until the lights came on.
Scientists studying migration attach tiny transmitters to birds and follow them across the continents.
The transmitter weighs less than a gram, and the battery lasts as long as the journey.
Translations of poetry are like bridges seen from below: you notice mostly how they are held up.
Several thousand visitors came to the exhibition, although the advertisement had announced the wrong month.
Der Hänfling singt im Frühling auf der höchsten Spitze des Busches; die Straße glänzt nach dem Regen.
Größe, Übung, Äpfel, Öl und süße Grüße aus München.
Le café était fermé, mais la bibliothèque restait ouverte jusqu'à neuf heures, même l'été.
El niño pequeño soñó con un pájaro azul que volaba sobre la montaña; mañana será otro día.
Il ragazzo andò in città perché la nonna gli aveva promesso un libro più bello.
O coração do pássaro não cabe na mão, mas a canção cabe no verão.
Zażółć gęślą jaźń, powiedział stary nauczyciel i zamknął okno.
Příliš žluťoučký kůň úpěl ďábelské ódy.
Ένα μικρό πουλί τραγουδά το πρωί στους λόφους. Ο Οδυσσέας γυρίζει σπίτι.
Маленькая птица поёт весной на вершине куста; над рекой медленно поднимается туман.
Kuş küçük ama sesi güzel; İstanbul'da ılık bir sabah, ışıklar sönüyor.
小鸟在春天的树上唱歌。模型把句子变成数字。
東京の小さな鳥は春に歌います。カタカナとひらがなもあります。
작은 새가 봄에 노래한다. 한국어 문장도 있다.
ציפור קטנה שרה בבוקר. طائر صغير يغني في الصباح.
นกตัวเล็กร้องเพลงในฤดูใบไม้ผลิ। छोटी चिड़िया सुबह गाती है।
x = f(a + b) * [c, d] - {e: 1.5e-3}; // comment #42 @user <tag attr="value"> 100% & more ~ ^ | `code` \\ path/to/file.txt
https://example.org/index.html?query=birds&page=2 mail@example.org 2024-03-01T12:30:00Z $19.99 €5 £3 ½ ¾ ™ © ®
"""
