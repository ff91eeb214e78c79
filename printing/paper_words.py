"""The words on papers in the languages of those who read them; every other language is printed in English.

One row a phrase, one column a language, so that a missing translation is a missing cell. Knows no layout.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from printing import world_words
from printing.refusals import DrawError

_LATIN = ("en", "de", "fr", "es", "it", "nl", "pl")
LANGUAGES = (*_LATIN, *world_words.LANGUAGES)

_TABLE = """
packing_slip|PACKING SLIP|LIEFERSCHEIN|BON DE LIVRAISON|ALBARÁN|DOCUMENTO DI SPEDIZIONE|PAKBON|SPECYFIKACJA WYSYŁKI
pick_list|PICK LIST|PICKLISTE|LISTE DE PRÉLÈVEMENT|LISTA DE PICKING|LISTA DI PRELIEVO|PICKLIJST|LISTA KOMPLETACJI
manifest|MANIFEST|LADELISTE|BORDEREAU|MANIFIESTO|DISTINTA DI CARICO|LAADLIJST|MANIFEST
invoice|INVOICE|RECHNUNG|FACTURE|FACTURA|FATTURA|FACTUUR|FAKTURA
credit_note|CREDIT NOTE|RECHNUNGSKORREKTUR|AVOIR|FACTURA RECTIFICATIVA|NOTA DI CREDITO|CREDITNOTA|FAKTURA KORYGUJĄCA
return_slip|RETURN SLIP|RÜCKSENDESCHEIN|BON DE RETOUR|HOJA DE DEVOLUCIÓN|MODULO DI RESO|RETOURBON|FORMULARZ ZWROTU
continued|continued|Fortsetzung|suite|continuación|seguito|vervolg|ciąg dalszy
page|Page {0} of {1}|Seite {0} von {1}|Page {0} sur {1}|Página {0} de {1}|Pagina {0} di {1}|Pagina {0} van {1}|Strona {0} z {1}
of|{0} of {1}|{0} von {1}|{0} sur {1}|{0} de {1}|{0} di {1}|{0} van {1}|{0} z {1}
ship_to|SHIP TO|LIEFERN AN|LIVRER À|ENTREGAR A|SPEDIRE A|LEVEREN AAN|ODBIORCA
bill_to|BILL TO|RECHNUNG AN|FACTURER À|FACTURAR A|FATTURARE A|FACTUREREN AAN|NABYWCA
return_to|RETURN TO|ZURÜCK AN|RETOURNER À|DEVOLVER A|RENDERE A|RETOUR AAN|ZWROT DO
customer|CUSTOMER|KUNDE|CLIENT|CLIENTE|CLIENTE|KLANT|KLIENT
order|Order {0}|Bestellung {0}|Commande {0}|Pedido {0}|Ordine {0}|Bestelling {0}|Zamówienie {0}
order_number|ORDER|BESTELLUNG|COMMANDE|PEDIDO|ORDINE|BESTELLING|ZAMÓWIENIE
order_date|ORDER DATE|BESTELLT AM|DATE DE COMMANDE|FECHA DE PEDIDO|DATA ORDINE|BESTELDATUM|DATA ZAMÓWIENIA
parcel|PARCEL|PAKET|COLIS|BULTO|COLLO|COLLO|PACZKA
carrier|CARRIER|VERSANDDIENST|TRANSPORTEUR|TRANSPORTISTA|CORRIERE|VERVOERDER|PRZEWOŹNIK
service|SERVICE|SERVICE|SERVICE|SERVICIO|SERVIZIO|DIENST|USŁUGA
number|NUMBER|NUMMER|NUMÉRO|NÚMERO|NUMERO|NUMMER|NUMER
sku|SKU|Artikel|Référence|Referencia|Articolo|Artikel|Indeks
description|Description|Bezeichnung|Désignation|Descripción|Descrizione|Omschrijving|Nazwa
ordered|Ordered|Bestellt|Commandé|Pedido|Ordinato|Besteld|Zamówiono
shipped|Shipped|Geliefert|Expédié|Enviado|Spedito|Geleverd|Wysłano
back_ordered|Back-ordered|Folgt|À suivre|Pendiente|In arretrato|Volgt|Do wysłania
total_pieces|Total pieces|Stück gesamt|Total pièces|Total unidades|Totale pezzi|Totaal stuks|Razem sztuk
one_line|1 line|1 Position|1 ligne|1 línea|1 riga|1 regel|1 pozycja
lines|{0} lines|{0} Positionen|{0} lignes|{0} líneas|{0} righe|{0} regels|Liczba pozycji: {0}
notes|Notes|Hinweise|Remarques|Notas|Note|Opmerkingen|Uwagi
zone|ZONE|ZONE|ZONE|ZONA|ZONA|ZONE|STREFA
picker|PICKER|PICKER|PRÉPARATEUR|PREPARADOR|ADDETTO|PICKER|KOMPLETUJĄCY
printed|PRINTED|GEDRUCKT|IMPRIMÉ|IMPRESO|STAMPATO|GEPRINT|WYDRUKOWANO
location|Location|Platz|Emplacement|Ubicación|Ubicazione|Locatie|Lokalizacja
item|Item|Artikel|Article|Artículo|Articolo|Artikel|Towar
code|Scan|Scannen|Scanner|Escanear|Scansione|Scan|Skanuj
pieces|Pieces|Stück|Pièces|Unidades|Pezzi|Stuks|Sztuk
tote|Tote|Behälter|Bac|Cubeta|Cassetta|Bak|Pojemnik
picked|Picked|Entnommen|Prélevé|Preparado|Prelevato|Gepickt|Pobrano
closed|CLOSED|ABGESCHLOSSEN|CLÔTURÉ|CERRADO|CHIUSO|AFGESLOTEN|ZAMKNIĘTO
parcels|PARCELS|PAKETE|COLIS|BULTOS|COLLI|COLLI|PACZKI
weight|WEIGHT|GEWICHT|POIDS|PESO|PESO|GEWICHT|WAGA
weight_column|Weight kg|Gewicht kg|Poids kg|Peso kg|Peso kg|Gewicht kg|Waga kg
destination|Destination|Ziel|Destination|Destino|Destinazione|Bestemming|Miejsce docelowe
order_column|Order|Bestellung|Commande|Pedido|Ordine|Bestelling|Zamówienie
service_column|Service|Service|Service|Servicio|Servizio|Dienst|Usługa
received|Received by the driver, in apparent good order|Vom Fahrer übernommen, äußerlich unbeschädigt|Reçu par le chauffeur, en bon état apparent|Recibido por el conductor, en buen estado aparente|Ricevuto dall'autista, in apparente buono stato|Ontvangen door de chauffeur, uiterlijk in goede staat|Odebrane przez kierowcę, bez widocznych uszkodzeń
driver|Name|Name|Nom|Nombre|Nome|Naam|Imię i nazwisko
vehicle|Vehicle|Fahrzeug|Véhicule|Vehículo|Veicolo|Voertuig|Pojazd
time|Date and time|Datum und Uhrzeit|Date et heure|Fecha y hora|Data e ora|Datum en tijd|Data i godzina
signature|Signature|Unterschrift|Signature|Firma|Firma|Handtekening|Podpis
issued|INVOICE DATE|RECHNUNGSDATUM|DATE DE FACTURE|FECHA DE FACTURA|DATA FATTURA|FACTUURDATUM|DATA WYSTAWIENIA
delivered|DELIVERED|LIEFERDATUM|LIVRÉ LE|FECHA DE ENTREGA|DATA CONSEGNA|LEVERDATUM|DATA DOSTAWY
due|DUE|ZAHLBAR BIS|ÉCHÉANCE|VENCIMIENTO|SCADENZA|VERVALDATUM|TERMIN PŁATNOŚCI
corrects|CORRECTS|KORRIGIERT|CORRIGE|RECTIFICA|RETTIFICA|CORRIGEERT|DOTYCZY FAKTURY
tax_number|VAT number {0}|USt-IdNr. {0}|N° TVA {0}|NIF-IVA {0}|Partita IVA {0}|Btw-nummer {0}|NIP {0}
unit_price|Unit price|Einzelpreis|Prix unitaire|Precio|Prezzo|Stukprijs|Cena netto
tax_rate|VAT|USt|TVA|IVA|IVA|Btw|VAT
net|Net|Netto|Montant HT|Neto|Imponibile|Netto|Netto
net_total|Net total|Summe netto|Total HT|Total neto|Totale imponibile|Totaal excl. btw|Razem netto
tax_on|VAT {0} on {1}|USt {0} auf {1}|TVA {0} sur {1}|IVA {0} sobre {1}|IVA {0} su {1}|Btw {0} over {1}|VAT {0} od {1}
gross_total|Total|Gesamtbetrag|Total TTC|Total|Totale|Totaal|Razem brutto
return_number|RETURN NUMBER|RETOURNUMMER|NUMÉRO DE RETOUR|NÚMERO DE DEVOLUCIÓN|NUMERO DI RESO|RETOURNUMMER|NUMER ZWROTU
return_by|RETURN BY|ZURÜCK BIS|À RETOURNER AVANT|DEVOLVER ANTES DE|DA RENDERE ENTRO|RETOUR VÓÓR|ZWROT DO DNIA
returned|Returned|Zurück|Retourné|Devuelto|Reso|Retour|Zwrot
reason|Reason|Grund|Motif|Motivo|Motivo|Reden|Powód
how_to_return|Write how many pieces come back and why, lay this sheet into the parcel, and send it to the address above.|Tragen Sie ein, wie viele Stück zurückkommen und warum, legen Sie dieses Blatt ins Paket und senden Sie es an die Adresse oben.|Indiquez combien de pièces vous retournez et pourquoi, glissez cette feuille dans le colis et envoyez-le à l'adresse ci-dessus.|Indique cuántas unidades devuelve y por qué, introduzca esta hoja en el paquete y envíelo a la dirección de arriba.|Indichi quanti pezzi rende e perché, inserisca questo foglio nel pacco e lo spedisca all'indirizzo qui sopra.|Vul in hoeveel stuks terugkomen en waarom, leg dit blad in het pakket en stuur het naar het adres hierboven.|Wpisz, ile sztuk zwracasz i dlaczego, włóż tę kartkę do paczki i wyślij ją na powyższy adres.
reasons|1 wrong article · 2 damaged · 3 does not fit · 4 not as described · 5 too late · 6 changed my mind|1 falscher Artikel · 2 beschädigt · 3 passt nicht · 4 nicht wie beschrieben · 5 zu spät · 6 gefällt nicht|1 mauvais article · 2 endommagé · 3 ne convient pas · 4 non conforme · 5 trop tard · 6 changement d'avis|1 artículo equivocado · 2 dañado · 3 no es la talla · 4 no es lo descrito · 5 tarde · 6 ya no lo quiero|1 articolo errato · 2 danneggiato · 3 misura sbagliata · 4 non conforme · 5 in ritardo · 6 ripensamento|1 verkeerd artikel · 2 beschadigd · 3 past niet · 4 niet zoals beschreven · 5 te laat · 6 bedacht|1 zły towar · 2 uszkodzony · 3 nie pasuje · 4 niezgodny z opisem · 5 za późno · 6 rezygnacja
"""  # noqa: E501


class Words:
    """The phrases of one language, by name; `say` fills in what a phrase leaves open."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._phrases = _phrases()[language]

    def __getitem__(self, name: str) -> str:
        return self._phrases[name]

    @property
    def letters(self) -> str:
        """Every letter that its phrases need, once."""
        return "".join(sorted(set("".join(self._phrases.values()))))

    def say(self, name: str, *values: object) -> str:
        return self._phrases[name].format(*values)


@cache
def words_for(language: str) -> Words:
    """The catalogue of a BCP 47 `language`, by its first part; English for one that is not in it."""
    first = language.replace("_", "-").split("-")[0].lower()
    return Words(first if first in LANGUAGES else LANGUAGES[0])


def words_that(can_be_drawn: Callable[[str], object], language: str) -> Words:
    """The catalogue of `language`, English where `can_be_drawn` refuses its letters: a missing font of ours holds no
    customer's paper.
    """
    words = words_for(language)
    try:
        can_be_drawn(words.letters)
    except DrawError:
        return words_for(LANGUAGES[0])
    return words


@cache
def _phrases() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for languages, table in ((_LATIN, _TABLE), (world_words.LANGUAGES, world_words.TABLE)):
        for row in table.strip().splitlines():
            name, *phrases = row.split("|")
            for language, phrase in zip(languages, phrases, strict=True):
                found[language][name] = phrase
    return found
