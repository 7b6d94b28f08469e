package media

import (
	"fmt"

	"dateline/internal/fault"
	"dateline/internal/media/picture"
)

// Crop is the part of a picture that readers see, in thousandths of its width
// and height from the left and the top. The zero Crop is all of it.
type Crop struct{ X, Y, W, H int }

// minCrop is the smallest side of a crop: less is a slip of the hand.
const minCrop = 50

// String writes the crop as it is stored: "x,y,w,h"; "" for all of the picture.
func (c Crop) String() string {
	if c == (Crop{}) {
		return ""
	}
	return fmt.Sprintf("%d,%d,%d,%d", c.X, c.Y, c.W, c.H)
}

// readCrop reads what String wrote.
func readCrop(text string) (c Crop) {
	if _, err := fmt.Sscanf(text, "%d,%d,%d,%d", &c.X, &c.Y, &c.W, &c.H); err != nil {
		return Crop{}
	}
	return c
}

// check refuses a part that is none. All of the picture becomes the zero Crop.
func (c *Crop) check() error {
	if *c == (Crop{0, 0, 1000, 1000}) || *c == (Crop{}) {
		*c = Crop{}
		return nil
	}
	if c.X < 0 || c.Y < 0 || c.W < minCrop || c.H < minCrop || c.X+c.W > 1000 || c.Y+c.H > 1000 {
		return fault.New(fault.Invalid, "the crop %d, %d, %d, %d does not lie in the picture", c.X, c.Y, c.W, c.H).
			WithHint("left and width, top and height are thousandths of the picture and together at most 1000; a side is at least %d", minCrop)
	}
	return nil
}

func (c Crop) part() picture.Part { return picture.Part(c) }

// back moves a point of the part that is shown into the whole picture.
func (c Crop) back(x, y int) (int, int) {
	if c == (Crop{}) {
		return x, y
	}
	return c.X + x*c.W/1000, c.Y + y*c.H/1000
}

// point moves a point of the whole picture into the part that is shown.
func (c Crop) point(x, y int) (int, int) {
	if c == (Crop{}) {
		return x, y
	}
	return min(max((x-c.X)*1000/c.W, 0), 1000), min(max((y-c.Y)*1000/c.H, 0), 1000)
}
