package draw

import "math"

func cosf(a float64) float32 { return float32(math.Cos(a)) }
func sinf(a float64) float32 { return float32(math.Sin(a)) }

// scenes are the landscape pictures by key.
func scenes() map[string]func(*canvas) {
	return map[string]func(*canvas){
		"harbour-dusk": harbourDusk, "harbour-idle": harbourIdle, "container-yard": containerYard,
		"picket-line": picketLine, "talks-table": talksTable, "quay-night": quayNight,

		"flood-bridge": floodBridge, "dam-release": damRelease, "street-flood": streetFlood,
		"inquiry-room": inquiryRoom, "river-map": riverMap, "valley-rain": valleyRain,

		"ferry-sea": ferrySea, "fog-collision": fogCollision, "track-chart": trackChart,
		"lighthouse-storm": lighthouseStorm, "islands": islands, "seabirds": seabirds, "regatta": regatta,

		"stadium-night": stadiumNight, "stadium-model": stadiumModel, "gasworks": gasworks,
		"pitch-aerial": pitchAerial, "terrace-crowd": terraceCrowd, "peloton": peloton, "swim-lanes": swimLanes,

		"reading-room": readingRoom, "manuscript-page": manuscriptPage, "desk-lamp": deskLamp,
		"sailing-ship": sailingShip, "concert-hall": concertHall, "theatre-stage": theatreStage,
		"lantern-festival": lanternFestival,

		"mountain-pass": mountainPass, "old-town": oldTown, "parliament": parliament,
		"ballot-box": ballotBox, "night-train": nightTrain, "market-stalls": marketStalls,

		"lab-glass": labGlass, "wind-farm": windFarm, "seagrass": seagrass, "wheat-field": wheatField,
		"observatory": observatory, "old-forest": oldForest, "glacier-tongue": glacierTongue,

		"bar-chart": barChart, "line-chart": lineChart, "shipyard": shipyard, "fish-market": fishMarket,
		"tram-street": tramStreet, "city-windows": cityWindows, "allotments": allotments,
	}
}

// portraits are the square pictures of authors by key.
func portraits() map[string]func(*canvas) {
	return map[string]func(*canvas){
		"portrait-calder": face{
			wall: hex(0x2f5f6a), disc: hex(0xf0cf9c), skin: hex(0xe8b48c), hair: hex(0x6a2f22),
			coat: hex(0x1d3540), collar: hex(0xf6ecd6), style: "bob", glasses: true, tilt: 1,
		}.draw,
		"portrait-renn": face{
			wall: hex(0xb4553a), disc: hex(0xf3d9a4), skin: hex(0xd9a07a), hair: hex(0x4a3a30),
			coat: hex(0x2a3f5c), collar: hex(0xe9ddc4), style: "crop", beard: true, tilt: -1,
		}.draw,
		"portrait-daoud": face{
			wall: hex(0x5b3a5a), disc: hex(0xe8a878), skin: hex(0xc98d66), hair: hex(0x2f8f8a),
			coat: hex(0x3a2440), collar: hex(0x246a68), style: "scarf", tilt: 1,
		}.draw,
		"portrait-quill": face{
			wall: hex(0x3f5a45), disc: hex(0xf3dc8b), skin: hex(0x7d4f36), hair: hex(0x1f1a1e),
			coat: hex(0xd9a23f), collar: hex(0xfaf0dc), style: "curls", tilt: -1,
		}.draw,
		"portrait-pellerin": face{
			wall: hex(0x233258), disc: hex(0xd98a78), skin: hex(0xf2c8a4), hair: hex(0xb9b4ac),
			coat: hex(0x7d2a2e), collar: hex(0x22283c), style: "bun", glasses: true, tilt: 1,
		}.draw,
	}
}
