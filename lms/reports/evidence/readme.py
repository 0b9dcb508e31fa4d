"""What stands in README.txt of a pack, in the three languages of the house: who opens it has no catalog at hand."""

README = """EVIDENCE PACK / BEWIJSPAKKET / DOSSIER DE PREUVES
=================================================

English
-------
This file shows what one person learned, accepted and was allowed to do, as it was known at the end of one day.
  history.jsonl       everything that happened, in order; each entry carries the hash of the one before
  standing.json       how things stood on that day: courses, certificates, permissions, acceptances
  lessons/            the lessons that were completed, in the version that was read
  attempts/           the questions seen, the answers, the times and the marks
  acceptances/        the exact words of the guideline that were accepted
  certificates.json   the certificates, word for word
  people.json         those who decided something; nobody else is named
  manifest.json       the SHA-256 of every file; manifest.jws is the signature over it; keys.json the public keys
Check it, without any network:   python3 verify.py evidence.zip

Nederlands
----------
Dit bestand toont wat een persoon leerde, aanvaardde en mocht doen, zoals het aan het einde van één dag bekend was.
history.jsonl is de volledige geschiedenis op volgorde; elke regel draagt de hash van de vorige. standing.json is de
stand op die dag. De mappen bevatten de gelezen lessen, de pogingen met vragen en antwoorden, en de aanvaarde tekst.
people.json noemt wie iets besliste, en niemand anders. manifest.json noemt de SHA-256 van elk bestand en is
ondertekend.
Controleer het, zonder netwerk:   python3 verify.py evidence.zip

Français
--------
Ce fichier montre ce qu'une personne a appris, accepté et été autorisée à faire, tel que connu à la fin d'un jour.
history.jsonl est l'historique complet, dans l'ordre ; chaque ligne porte l'empreinte de la précédente. standing.json
est la situation ce jour-là. Les dossiers contiennent les leçons lues, les tentatives avec questions et réponses, et le
texte accepté. people.json nomme les personnes qui ont décidé quelque chose, et aucune autre. manifest.json donne le
SHA-256 de chaque fichier et est signé.
Vérifiez-le, sans réseau :   python3 verify.py evidence.zip
"""
